package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Parameters is the part of the SSM client that [Apps] uses.
type Parameters interface {
	store.ParameterStore
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
	DeleteParameter(context.Context, *ssm.DeleteParameterInput, ...func(*ssm.Options)) (*ssm.DeleteParameterOutput, error)
}

// Apps stores, shows and removes the settings of a stack's apps, which are SSM parameters.
type Apps struct {
	Parameters Parameters
	Outputs    Outputs // of the stack; the URLs are "" if they are not known
	Key        string  // a KMS key for the parameters; "" for aws/ssm
	Lark       lark.HTTPDoer
	Now        func() time.Time
}

// ErrStored means that an app has settings already.
var ErrStored = errors.New("the app has settings already")

// StoredApp is an app whose settings were stored.
type StoredApp struct {
	Name          string    `json:"name"`
	Parameter     string    `json:"parameter"`
	Key           string    `json:"key,omitempty"`            // "" for the account's own
	Findings      []Finding `json:"findings"`                 // what Lark says about the app
	EventURL      string    `json:"event_url"`                // or its end, if the stack's outputs are not known
	CardURL       string    `json:"card_url"`                 // in the same way
	CannotReceive string    `json:"cannot_receive,omitempty"` // why the app receives nothing
	Console       string    `json:"console"`                  // the app's page in the Lark console
}

// Put checks the settings of an app and stores them. It returns ErrStored if there are
// older ones, unless overwrite is set. With check, it first asks Lark about the app: if
// Lark refuses the credentials, Put fails; if the settings have no bot_open_id, it stores
// the one that Lark names.
func (a *Apps) Put(ctx context.Context, name string, doc []byte, check, overwrite bool) (StoredApp, error) {
	stored := StoredApp{Name: name, Parameter: a.parameter(name), Key: a.Key}
	if !lark.ValidAppName(name) {
		return stored, errAppName
	}
	app, err := store.ParseApp(name, doc)
	if err != nil {
		return stored, fmt.Errorf("the settings of %s: %s", name, oneLine(err))
	}
	if check {
		about := CheckApp(ctx, a.Lark, app.App, "the field domain", a.Now)
		if about.Refused != nil {
			return stored, fmt.Errorf("%w; --no-check stores the settings all the same", about.Refused)
		}
		stored.Findings = about.Findings
		if app.BotOpenID == "" {
			if doc, err = withBot(doc, about.BotOpenID); err != nil {
				return stored, err
			}
		}
	}
	if err := a.store(ctx, name, doc, overwrite); err != nil {
		return stored, err
	}
	stored.CannotReceive, stored.Console = cannotReceive(app.App), console(app.App)
	stored.EventURL, stored.CardURL = a.Outputs.urls(name)
	return stored, nil
}

var errAppName = errors.New("the name of an app is 1 to 32 of a-z, 0-9 and -, and neither event nor card, which are reserved: choose another name")

// CheckName returns an error if name cannot be the name of an app.
func CheckName(name string) error {
	if !lark.ValidAppName(name) {
		return errAppName
	}
	return nil
}

func (a *Apps) parameter(name string) string {
	return strings.TrimRight(a.Outputs.Prefix, "/") + "/" + name
}

// maxParameter is the largest value of a standard SSM parameter, in bytes.
const maxParameter = 4096

func (a *Apps) store(ctx context.Context, name string, doc []byte, overwrite bool) error {
	var short bytes.Buffer
	if err := json.Compact(&short, doc); err != nil {
		return errors.New("the settings are not one JSON object")
	}
	if short.Len() > maxParameter {
		return fmt.Errorf("the settings are %d bytes: a parameter takes %d", short.Len(), maxParameter)
	}
	parameter, value := a.parameter(name), short.String()
	in := &ssm.PutParameterInput{Name: &parameter, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: &overwrite}
	if a.Key != "" {
		in.KeyId = &a.Key
	}
	_, err := a.Parameters.PutParameter(ctx, in)
	if _, exists := errors.AsType[*types.ParameterAlreadyExists](err); exists {
		return ErrStored
	}
	if err != nil {
		return fmt.Errorf("storing parameter %s: %s%s", parameter, code(err), needs(err, "ssm:PutParameter"))
	}
	return nil
}

// withBot returns an app's settings with the open id of its bot, and as they are if
// it is "".
func withBot(doc []byte, openID string) ([]byte, error) {
	if openID == "" {
		return doc, nil
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(doc, &settings); err != nil {
		return nil, errors.New("the settings are not one JSON object")
	}
	var err error
	if settings["bot_open_id"], err = json.Marshal(openID); err != nil {
		return nil, fmt.Errorf("encoding bot_open_id: %w", err)
	}
	if doc, err = json.Marshal(settings); err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return doc, nil
}

// cannotReceive returns why every inbound request of an app is refused, "" if the
// app can receive.
func cannotReceive(app *lark.App) string {
	switch {
	case len(app.VerificationTokens) == 0:
		return "it has no verification_token"
	case len(app.EncryptKeys) == 0 && !app.AllowUnsigned:
		return "it has no encrypt_key, so that Lark signs nothing (allow_unsigned admits that)"
	}
	return ""
}

// Write writes what was found and stored, and what to do next in the Lark console.
func (s StoredApp) Write(w io.Writer) {
	for _, f := range s.Findings {
		f.Write(w)
	}
	under := "the account's own key" // also if an older version used another key
	if s.Key != "" {
		under = s.Key
	}
	fmt.Fprintf(w, "Stored as parameter %s, under %s.\n", s.Parameter, under)
	fmt.Fprintf(w, "\nNext, in the Lark console, %s:\n", s.Console)
	if s.CannotReceive != "" {
		fmt.Fprintf(w, "- The app can send. It receives nothing yet: %s.\n", s.CannotReceive)
	} else {
		fmt.Fprintf(w, "- Events & Callbacks: paste the Request URLs\n    events     %s\n    callbacks  %s\n", s.EventURL, s.CardURL)
		if strings.HasPrefix(s.EventURL, "/") {
			fmt.Fprint(w, "  They begin as the stack's outputs EventUrl and CardUrl, which make deploy prints.\n")
		}
		fmt.Fprint(w, "  and add the event im.message.receive_v1.\n")
	}
	fmt.Fprint(w, "- Permissions & Scopes: add what the app is to do\n")
	for _, s := range scopes {
		fmt.Fprintf(w, "    %-34s %s\n", s.names[0], s.purpose)
	}
	fmt.Fprint(w, "- Version Management & Release: create a version and publish it.\nThen larkbridge doctor checks all of it.\n")
}
