package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/store"
)

// ListedApp is one of a stack's apps, without the values of its settings.
type ListedApp struct {
	Name   string   `json:"name"`
	Fields []string `json:"fields"`          // the names of those that are set
	Error  string   `json:"error,omitempty"` // what is wrong with the settings
}

// AppList is the apps of a stack.
type AppList struct {
	Prefix string      `json:"prefix"` // of their parameters
	Apps   []ListedApp `json:"apps"`
}

// Write writes one line for each app.
func (l AppList) Write(w io.Writer) {
	if len(l.Apps) == 0 {
		fmt.Fprintf(w, "There is no app under %s: larkbridge app put default makes one.\n", l.Prefix)
	}
	for _, app := range l.Apps {
		about := strings.Join(app.Fields, " ")
		if app.Error != "" {
			about = "wrong: " + app.Error
		}
		fmt.Fprintf(w, "%-16s  %s\n", printable.Text(app.Name), printable.Text(about))
	}
}

// List returns the apps, with the names of the fields that are set.
func (a *Apps) List(ctx context.Context) (AppList, error) {
	list := AppList{Prefix: a.Outputs.Prefix, Apps: []ListedApp{}}
	docs, err := store.NewSSM(a.Parameters, a.Outputs.Prefix).All(ctx)
	if err != nil {
		return list, fmt.Errorf("reading the parameters under %s: %s%s", a.Outputs.Prefix, reason(err), needs(err, "ssm:GetParametersByPath"))
	}
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		app := ListedApp{Name: name, Fields: fields(docs[name])}
		if _, err := store.ParseApp(name, []byte(docs[name])); err != nil {
			app.Error = oneLine(err)
		}
		list.Apps = append(list.Apps, app)
	}
	return list, nil
}

// fields returns the names of the fields that a document sets.
func fields(doc string) []string {
	var set map[string]json.RawMessage
	if json.Unmarshal([]byte(doc), &set) != nil {
		return []string{}
	}
	return slices.Sorted(maps.Keys(set))
}

// AppSettings is the settings of an app, with *** in place of each secret.
type AppSettings struct {
	Name      string          `json:"name"`
	Parameter string          `json:"parameter"`
	Error     string          `json:"error,omitempty"` // what is wrong with the settings
	Settings  json.RawMessage `json:"settings"`
	EventURL  string          `json:"event_url"` // or its end, if the stack's outputs are not known
	CardURL   string          `json:"card_url"`  // in the same way
}

// Write writes one line for each field.
func (s AppSettings) Write(w io.Writer) {
	var settings map[string]json.RawMessage
	if json.Unmarshal(s.Settings, &settings) == nil {
		for _, field := range slices.Sorted(maps.Keys(settings)) {
			fmt.Fprintf(w, "%-20s  %s\n", printable.Text(field), printable.Text(string(settings[field])))
		}
	}
	if s.Error != "" {
		fmt.Fprintf(w, "%-20s  %s\n", "wrong", printable.Text(s.Error))
	}
	fmt.Fprintf(w, "%-20s  %s\n%-20s  %s\n%-20s  %s\n", "parameter", s.Parameter, "events URL", s.EventURL, "callbacks URL", s.CardURL)
}

// Get returns the settings of an app.
func (a *Apps) Get(ctx context.Context, name string) (AppSettings, error) {
	got := AppSettings{Name: name, Parameter: a.parameter(name)}
	if err := CheckName(name); err != nil {
		return got, err
	}
	out, err := a.Parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &got.Parameter, WithDecryption: aws.Bool(true)})
	if err != nil {
		return got, a.notFound(err, name, "reading", "ssm:GetParameter and kms:Decrypt")
	}
	doc := aws.ToString(out.Parameter.Value)
	if _, err := store.ParseApp(name, []byte(doc)); err != nil {
		got.Error = oneLine(err)
	}
	got.Settings = json.RawMessage("null") // of a document that is no JSON nothing is shown
	if masked, ok := maskJSON(doc); ok {
		got.Settings = json.RawMessage(masked)
	}
	got.EventURL, got.CardURL = a.Outputs.urls(name)
	return got, nil
}

// ErrNoApp means that there are no settings of an app.
var ErrNoApp = errors.New("there is no such app")

// notFound returns the error of a request for a parameter that exists.
func (a *Apps) notFound(err error, name, doing, action string) error {
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return fmt.Errorf("%w: %s has no settings under %s; larkbridge app list shows those that have", ErrNoApp, name, a.Outputs.Prefix)
	}
	return fmt.Errorf("%s parameter %s: %s%s", doing, a.parameter(name), code(err), needs(err, action))
}

// RemovedApp is an app whose settings were removed.
type RemovedApp struct {
	Name      string `json:"name"`
	Parameter string `json:"parameter"`
}

// Write says what was removed.
func (r RemovedApp) Write(w io.Writer) {
	fmt.Fprintf(w, "Removed parameter %s. The stack forgets the app within 5 minutes.\n", r.Parameter)
}

// Remove removes the settings of an app.
func (a *Apps) Remove(ctx context.Context, name string) (RemovedApp, error) {
	removed := RemovedApp{Name: name, Parameter: a.parameter(name)}
	if err := CheckName(name); err != nil {
		return removed, err
	}
	if _, err := a.Parameters.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &removed.Parameter}); err != nil {
		return removed, a.notFound(err, name, "removing", "ssm:DeleteParameter")
	}
	return removed, nil
}
