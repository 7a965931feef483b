package request

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// API is the verb request: any call of the open platform.
type API struct {
	Method          string           `json:"method"`
	Path            string           `json:"path"`
	PathParams      map[string]Text  `json:"path_params"`
	Query           map[string]Texts `json:"query"`
	Body            json.RawMessage  `json:"body"` // sent as it is
	Raw             Raw              `json:"raw"`  // sent instead, as ContentType
	ContentType     string           `json:"content_type"`
	Form            *Form            `json:"form"`
	Token           lark.TokenType   `json:"token"` // "" is the tenant's
	TenantKey       string           `json:"tenant_key"`
	UserAccessToken lark.Secret      `json:"user_access_token"`
	HelpDesk        bool             `json:"helpdesk"`
	NoDataField     bool             `json:"no_data_field"`
	Timeout         float64          `json:"timeout"` // in seconds
	Paginate        Pages            `json:"paginate"`
	SaveTo          string           `json:"save_to"` // s3://bucket/key
	Headers         bool             `json:"headers"` // the result has the answer's headers
}

// Form is a multipart body.
type Form struct {
	Fields map[string]Texts `json:"fields"`
	Files  []FormFile       `json:"files"`
}

// FormFile is a file of a form; a field can have several.
type FormFile struct {
	Field string `json:"field"`
	FileSource
}

// maxTimeout is longer than a Lambda function can run.
const maxTimeout = 15 * time.Minute

// plan checks the request and makes its calls ready. Only a uuid or a client_token
// makes Lark recognise the repetition of a call that creates or changes something.
func (a *API) plan(c common) (*Plan, error) {
	c.tenantKey = cmp.Or(a.TenantKey, c.tenantKey)
	call, err := a.call()
	if err != nil {
		return nil, err
	}
	if err := a.identity(c, &call); err != nil {
		return nil, err
	}
	p, err := a.route(c, call)
	if err != nil {
		return nil, err
	}
	p.Headers = a.Headers
	p.MayRepeat = (call.Method == http.MethodPost || call.Method == http.MethodPatch) && !a.hasUUID()
	return p, nil
}

// route returns the plan of one call, of a call for each page, or of one with files.
func (a *API) route(c common, call lark.Call) (*Plan, error) {
	switch {
	case a.SaveTo != "":
		to, err := parsePlace("request.save_to", a.SaveTo)
		if err != nil {
			return nil, err
		}
		more := []field{{"paginate", a.Paginate > 0}, {"form", a.Form != nil}, {"no_data_field", a.NoDataField}}
		return c.save(call, to), refused("request", "save_to", more...)
	case a.Paginate > 0:
		more := []field{{"form", a.Form != nil}, {"no_data_field", a.NoDataField}}
		return c.pages(call, int(a.Paginate)), refused("request", "paginate", more...)
	case a.Form != nil:
		fields, files, err := a.Form.check()
		call.Timeout = cmp.Or(call.Timeout, fileTimeout)
		return c.form(call, fields, files...), err
	}
	return c.call("", call), nil
}

// call checks the fields of the call and returns it without an identity.
func (a *API) call() (lark.Call, error) {
	call := lark.Call{
		Method: strings.ToUpper(a.Method), Path: a.Path, PathParams: map[string]string{}, Query: url.Values{},
		UserAccessToken: a.UserAccessToken, HelpDesk: a.HelpDesk, NoDataField: a.NoDataField,
		Timeout: time.Duration(a.Timeout * float64(time.Second)),
	}
	err := firstError(
		required("request", field{"method", a.Method != ""}, field{"path", a.Path != ""}),
		oneOf("request.method", call.Method, "GET", "POST", "PUT", "PATCH", "DELETE"),
	)
	switch {
	case err != nil:
		return call, err
	case hasDotSegment(a.Path):
		return call, errors.New(`field "request.path": it must not have the segment ..`)
	case strings.ContainsFunc(a.UserAccessToken.Reveal(), func(r rune) bool { return r < ' ' || r > '~' }):
		return call, errors.New(`field "request.user_access_token": want printable ASCII characters`)
	case a.Timeout < 0 || a.Timeout > maxTimeout.Seconds():
		return call, fmt.Errorf(`field "request.timeout": want 0 to %.0f seconds`, maxTimeout.Seconds())
	}
	for name, value := range a.PathParams {
		call.PathParams[name] = string(value)
	}
	for name, values := range a.Query {
		call.Query[name] = values
	}
	return call, a.body(&call)
}

// body sets the body of the call, which is one of body, raw and form, or none.
func (a *API) body(call *lark.Call) error {
	switch {
	case a.hasBody():
		call.Body = a.Body
		return refused("request", "body", field{"raw", a.Raw != nil}, field{"content_type", a.ContentType != ""}, field{"form", a.Form != nil})
	case a.Raw != nil:
		call.Body, call.ContentType = a.Raw, a.ContentType
		if _, _, err := mime.ParseMediaType(a.ContentType); err != nil {
			return errors.New(`field "request.content_type": want the media type of raw, such as text/csv`)
		}
		return refused("request", "raw", field{"form", a.Form != nil})
	}
	return refused("request", "a request without raw", field{"content_type", a.ContentType != ""})
}

// hasDotSegment reports whether a path leads upwards, however it is escaped.
func hasDotSegment(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	decoded, err := url.PathUnescape(path)
	if err != nil {
		decoded = path
	}
	return slices.Contains(strings.FieldsFunc(decoded, func(r rune) bool { return r == '/' || r == '\\' }), "..")
}

// identity sets whose token the call is made with. What is given and cannot be
// used is refused: a call must not quietly run with other rights.
func (a *API) identity(c common, call *lark.Call) error {
	if a.Token == "" {
		return nil
	}
	call.Tokens = []lark.TokenType{a.Token}
	err := oneOf("request.token", string(a.Token),
		string(lark.TenantToken), string(lark.AppToken), string(lark.UserToken), string(lark.NoToken))
	switch {
	case err != nil:
		return err
	case a.Token == lark.UserToken && a.UserAccessToken == "":
		return errors.New(`field "request.user_access_token" is missing: token is user`)
	case a.Token != lark.UserToken && a.UserAccessToken != "":
		return errors.New(`field "request.user_access_token" needs token user, or no token`)
	case a.Token != lark.TenantToken && a.Token != lark.UserToken && c.tenantKey != "":
		return errors.New(`field "tenant_key" needs token tenant, or no token`)
	}
	return nil
}

// hasBody reports whether the request has a JSON body; null is none.
func (a *API) hasBody() bool { return a.Body != nil && string(a.Body) != "null" }

// hasUUID reports whether the call has an id by which Lark recognises a repetition.
func (a *API) hasUUID() bool {
	var body struct {
		UUID        string `json:"uuid"`
		ClientToken string `json:"client_token"`
	}
	if a.hasBody() && json.Unmarshal(a.Body, &body) != nil {
		body.UUID, body.ClientToken = "", "" // a body that is no object has none
	}
	return body.UUID != "" || body.ClientToken != "" || strings.Join(a.Query["uuid"], "") != "" || strings.Join(a.Query["client_token"], "") != ""
}

// check returns the fields and the files of the form, or the first mistake in them.
func (f *Form) check() ([]lark.FormField, []*file, error) {
	if len(f.Fields) == 0 && len(f.Files) == 0 {
		return nil, nil, errors.New(`field "request.form": give fields or files`)
	}
	var fields []lark.FormField
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		for _, value := range f.Fields[name] {
			fields = append(fields, lark.FormField{Name: name, Value: value})
		}
	}
	var files []*file
	for i, source := range f.Files {
		where := fmt.Sprintf("request.form.files.%d", i)
		if err := required(where, field{"field", source.Field != ""}); err != nil {
			return nil, nil, err
		}
		file, err := source.check(where, source.Field, 0)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file)
	}
	return fields, files, nil
}
