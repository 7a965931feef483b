package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Parameters is the part of the SSM client that [Apps] uses.
type Parameters interface {
	store.ParameterStore
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
}

// Apps stores and lists the settings of a stack's apps, as SSM parameters.
type Apps struct {
	Parameters Parameters
	Prefix     string
	Key        string // a KMS key for the parameters; "" for aws/ssm
	Lark       lark.HTTPDoer
	Now        func() time.Time
	Out        io.Writer
}

// Put checks the settings of an app and stores them, in place of older ones. With
// check it first asks Lark whether the credentials are valid: if Lark refuses them,
// Put fails; if Lark does not answer, Put only prints a warning. If Lark takes them
// and the settings have no bot_open_id, Put asks for it and stores it with them.
func (a *Apps) Put(ctx context.Context, name string, doc []byte, check bool) error {
	if !lark.ValidAppName(name) {
		return errors.New("the name of an app is 1 to 32 of a-z, 0-9 and -, and neither event nor card, which are reserved: choose another name")
	}
	app, err := store.ParseApp(name, doc)
	if err != nil {
		return fmt.Errorf("the settings of %s: %s", name, oneLine(err))
	}
	if check {
		taken, err := a.checkCredentials(ctx, app.App)
		if err != nil {
			return err
		}
		if taken && app.BotOpenID == "" {
			if doc, err = withBot(doc, a.findBot(ctx, app.App)); err != nil {
				return err
			}
		}
	}
	if err := a.store(ctx, name, doc); err != nil {
		return err
	}
	a.printURLs(app.App)
	return nil
}

// maxParameter is the largest value of a standard SSM parameter, in bytes.
const maxParameter = 4096

func (a *Apps) store(ctx context.Context, name string, doc []byte) error {
	var short bytes.Buffer
	if err := json.Compact(&short, doc); err != nil {
		return errors.New("the settings are not one JSON object")
	}
	if short.Len() > maxParameter {
		return fmt.Errorf("the settings are %d bytes: a parameter takes %d", short.Len(), maxParameter)
	}
	parameter := strings.TrimRight(a.Prefix, "/") + "/" + name
	in := &ssm.PutParameterInput{
		Name: &parameter, Value: aws.String(short.String()), Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	}
	under := "the account's own key" // also if an older version used another key
	if a.Key != "" {
		in.KeyId, under = &a.Key, a.Key
	}
	if _, err := a.Parameters.PutParameter(ctx, in); err != nil {
		return fmt.Errorf("storing parameter %s: %s%s", parameter, code(err), needs(err, "ssm:PutParameter"))
	}
	fmt.Fprintf(a.Out, "Stored as parameter %s, under %s.\n", parameter, under)
	return nil
}

// printURLs prints the ends of the app's Request URLs, or why it receives nothing.
func (a *Apps) printURLs(app *lark.App) {
	if why := cannotReceive(app); why != "" {
		fmt.Fprintf(a.Out, "The app can send. It receives nothing yet: %s.\n", why)
		return
	}
	suffix := ""
	if app.Name != lark.DefaultApp {
		suffix = "/" + app.Name
	}
	fmt.Fprintf(a.Out, "In the Lark console, under Events & Callbacks, the Request URLs end in\n  events     /event%s\n  callbacks  /card%s\n", suffix, suffix)
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

// List writes one line for each app: the names of the fields that are set, or what
// is wrong with them.
func (a *Apps) List(ctx context.Context) error {
	source := store.NewSSM(a.Parameters, a.Prefix)
	docs, err := source.All(ctx)
	if err != nil {
		return fmt.Errorf("reading the parameters under %s: %s%s", a.Prefix, reason(err), needs(err, "ssm:GetParametersByPath"))
	}
	if len(docs) == 0 {
		fmt.Fprintf(a.Out, "There is no app under %s: larkbridge app put default makes one.\n", a.Prefix)
	}
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		about := fields(docs[name])
		if _, err := store.ParseApp(name, []byte(docs[name])); err != nil {
			about = "wrong: " + oneLine(err)
		}
		fmt.Fprintf(a.Out, "%-16s  %s\n", name, about)
	}
	return nil
}

// fields returns the names of the fields that a document sets.
func fields(doc string) string {
	var set map[string]json.RawMessage
	if json.Unmarshal([]byte(doc), &set) != nil {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), " ")
}

// Terminal asks the operator for values.
type Terminal interface {
	Line(label string) (string, error)
	// Secret asks as Line does, without showing what is typed.
	Secret(label string) (string, error)
}

// questions are the settings that every app has, in the order in which the
// Lark console shows them. An empty answer leaves a field out.
var questions = [...]struct {
	field, label string
	secret       bool
}{
	{"app_id", "App ID", false},
	{"app_secret", "App Secret", true},
	{"encrypt_key", "Encrypt Key (empty: none)", true},
	{"verification_token", "Verification Token (empty: none)", true},
	{"domain", "Domain: lark, feishu or a base URL (empty: lark)", false},
	{"type", "Type: custom or marketplace (empty: custom)", false},
}

// Ask asks for the settings of an app and returns them as its document.
func Ask(t Terminal) ([]byte, error) {
	settings := map[string]string{}
	for _, q := range questions {
		ask := t.Line
		if q.secret {
			ask = t.Secret
		}
		answer, err := ask(q.label)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", q.field, err)
		}
		if answer != "" {
			settings[q.field] = answer
		}
	}
	doc, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return doc, nil
}
