package request

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

const testUUID = "uuid1"

// received is a call as Lark receives it.
type received struct{ Method, Path, Query, Body string }

// fixture is a server of the Lark API that answers every call with reply.
type fixture struct {
	t       *testing.T
	clients *Clients
	blobs   *fakeBlobs
	url     string

	mu      sync.Mutex
	calls   []received
	headers []http.Header
	tenants []string // that tokens were asked for
	reply   func(w http.ResponseWriter, r *http.Request)
	other   http.Handler // answers instead
}

// serve has another handler answer.
func (f *fixture) serve(h http.Handler) { f.other = h }

func newFixture(t *testing.T) *fixture { return newFixtureOf(t, lark.Custom) }

func newFixtureOf(t *testing.T, kind lark.AppType) *fixture {
	f := &fixture{t: t, blobs: &fakeBlobs{objects: map[string]string{}}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	app := &lark.App{Name: "default", Type: kind, BaseURL: server.URL, AppID: "cli_1", AppSecret: "s",
		HelpDeskID: "1", HelpDeskToken: "h"}
	tokens := store.NewMemory(time.Now)
	if err := tokens.PutTicket(t.Context(), app.AppID, "ticket", time.Now()); err != nil {
		t.Fatal(err)
	}
	client := lark.NewClient(app, lark.WithHTTPClient(server.Client()), lark.WithTokenStore(tokens), lark.WithClock(time.Now))
	f.clients = &Clients{Lark: client, Host: server.URL, HTTP: server.Client(), Blobs: f.blobs, Now: time.Now}
	return f
}

func (f *fixture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.other != nil {
		f.other.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if strings.HasPrefix(r.URL.Path, "/open-apis/auth/") {
		var body struct {
			TenantKey string `json:"tenant_key"`
		}
		if json.NewDecoder(r.Body).Decode(&body) == nil && body.TenantKey != "" {
			f.tenants = append(f.tenants, body.TenantKey)
		}
		_, _ = io.WriteString(w, `{"code":0,"msg":"ok","tenant_access_token":"t-1","app_access_token":"a-1","expire":7200}`)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller broke off
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, received{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body)})
	f.headers = append(f.headers, r.Header)
	if f.reply != nil {
		f.reply(w, r)
		return
	}
	_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":{"done":true}}`)
}

// plan makes a request ready.
func (f *fixture) plan(doc string) (*Plan, error) {
	req, err := Parse([]byte(doc))
	if err != nil {
		return nil, err
	}
	return req.Plan(testUUID)
}

// run carries a request out, which must have no mistake.
func (f *fixture) run(doc string) (*lark.Result, error) {
	f.t.Helper()
	p, err := f.plan(doc)
	if err != nil {
		f.t.Fatalf("%.200s: %v", doc, err)
	}
	return p.Run(context.Background(), f.clients)
}

// sent carries a request out, which must make one call.
func (f *fixture) sent(doc string) received {
	f.t.Helper()
	f.calls, f.headers = nil, nil
	if _, err := f.run(doc); err != nil {
		f.t.Fatalf("%.200s: %v", doc, err)
	}
	if len(f.calls) != 1 {
		f.t.Fatalf("%.200s: %d calls", doc, len(f.calls))
	}
	return f.calls[0]
}

// formFields returns the fields of a form, in order: name, file name, type and content.
func (f *fixture) formFields() [][4]string {
	f.t.Helper()
	_, params, err := mime.ParseMediaType(f.headers[0].Get("Content-Type"))
	if err != nil {
		f.t.Fatal(err)
	}
	var list [][4]string
	r := multipart.NewReader(strings.NewReader(f.calls[0].Body), params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			f.t.Fatal(err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			f.t.Fatal(err)
		}
		list = append(list, [4]string{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(content)})
	}
}

// fakeBlobs are objects by "bucket/key".
type fakeBlobs struct {
	objects map[string]string
	size    int64 // of every object, if it is not 0
	opened  int
	closed  int
	types   []string
	fail    error
}

type closer struct {
	io.Reader
	done func()
}

func (c closer) Close() error {
	c.done()
	return nil
}

func (b *fakeBlobs) Open(_ context.Context, bucket, key string) (io.ReadCloser, int64, error) {
	content, ok := b.objects[bucket+"/"+key]
	if !ok {
		return nil, 0, httpError(http.StatusNotFound)
	}
	size := int64(len(content))
	if b.size != 0 {
		size = b.size
	}
	b.opened++
	return closer{strings.NewReader(content), func() { b.closed++ }}, size, nil
}

func (b *fakeBlobs) Create(_ context.Context, bucket, key string, body io.Reader, _ int64, contentType string) error {
	if b.fail != nil {
		return b.fail
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(body); err != nil {
		return err
	}
	b.objects[bucket+"/"+key] = content.String()
	b.types = append(b.types, contentType)
	return nil
}

// httpError is a refusal by S3.
type httpError int

func (e httpError) Error() string       { return http.StatusText(int(e)) }
func (e httpError) HTTPStatusCode() int { return int(e) }

func diff(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// pagesReply is a list of two pages.
func pagesReply(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("page_token") == "p2" {
		_, _ = io.WriteString(w, `{"code":0,"data":{"items":[2],"has_more":false,"page_token":""}}`)
		return
	}
	_, _ = io.WriteString(w, `{"code":0,"data":{"items":[1],"has_more":true,"page_token":"p2"}}`)
}

// larkError returns the error of a call, nil for another error.
func larkError(err error) *lark.Error {
	var e *lark.Error
	errors.As(err, &e)
	return e
}
