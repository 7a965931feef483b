package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/store"
)

// newSSM stores documents under <prefix>/<name>.
func newSSM(t *testing.T, prefix string, docs store.Documents) *store.SSM {
	t.Helper()
	e := shared.Get(t)
	for name, doc := range docs {
		if err := e.PutSecret(t.Context(), strings.TrimRight(prefix, "/")+"/"+name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return store.NewSSM(clients(e).SSM(), prefix)
}

// lister is a source whose apps an operator lists.
type lister interface {
	store.Source
	All(ctx context.Context) (map[string]string, error)
}

// TestSource is what every source of settings does.
func TestSource(t *testing.T) {
	docs := store.Documents{"default": document, "a-1": `{"app_id":"cli_2"}`, "odd": "not JSON: é\n"}
	for i := range 23 { // SSM gives ten at a time
		docs[fmt.Sprintf("app-%d", i)] = fmt.Sprintf(`{"app_id":"cli_%d"}`, i)
	}
	for name, source := range map[string]func(t *testing.T) (lister, string){
		"Fixed": func(*testing.T) (lister, string) { return docs, "settings of default" },
		"SSM": func(t *testing.T) (lister, string) {
			return newSSM(t, "/contract", docs), "parameter /contract/default"
		},
		"SSM, prefix with a slash at its end": func(t *testing.T) (lister, string) {
			return newSSM(t, "/slash/deep/", docs), "parameter /slash/deep/default"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, where := source(t)
			got, err := s.All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string(docs), got); diff != "" {
				t.Error(diff)
			}
			if got := s.Where("default"); got != where {
				t.Errorf("an app is at %q, want %q", got, where)
			}
			if doc, err := s.Setting(t.Context(), "odd"); err != nil || doc != docs["odd"] {
				t.Errorf("got %q, %v, want the document as it is", doc, err)
			}
			if doc, err := s.Setting(t.Context(), "none"); !errors.Is(err, store.ErrUnknownApp) {
				t.Errorf("got %q, %v, want that there is no such app", doc, err)
			}
			app, err := store.NewSettings(s, nil, newClock().now).App(t.Context(), "default")
			if err != nil || app.AppID != "cli_a" || app.AppSecret.Reveal() != "secret-text" {
				t.Errorf("got %+v, %v, want cli_a with its secret", app, err)
			}
		})
	}
}

// Whoever can write under a sibling or a deeper path must not add apps.
func TestSSMReadsItsOwnFolderOnly(t *testing.T) {
	s := newSSM(t, "/folder", store.Documents{"default": document, "default/deeper": document})
	newSSM(t, "/folder-b", store.Documents{"other": document})
	newSSM(t, "/", store.Documents{"outer": document})
	got, err := s.All(t.Context())
	if diff := cmp.Diff(map[string]string{"default": document}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestSSMReadsTenAtATime(t *testing.T) {
	docs := store.Documents{}
	for i := range 11 {
		docs[fmt.Sprint(i)] = document
	}
	s := newSSM(t, "/pages", docs)
	proxy := shared.Get(t).Proxy()
	before := proxy.Calls()["GetParametersByPath"]
	if _, err := s.All(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := proxy.Calls()["GetParametersByPath"] - before; got != 2 {
		t.Errorf("%d calls for 11 apps, want 2", got)
	}
}

func TestSSMErrors(t *testing.T) {
	s := newSSM(t, "/errors", store.Documents{"default": document})
	for name, kind := range map[string]harness.Kind{"refused": harness.Refuse("AccessDeniedException"), "no connection": harness.Drop()} {
		t.Run(name, func(t *testing.T) {
			defer shared.Get(t).Proxy().Inject(harness.Fault{Operation: "GetParameter", Kind: kind})()
			_, err := store.NewSettings(s, nil, newClock().now).App(t.Context(), "default")
			if err == nil || errors.Is(err, store.ErrUnknownApp) || !strings.Contains(err.Error(), "reading the settings") {
				t.Errorf("got %v, want that the settings cannot be read", err)
			}
		})
	}
}

// A list that breaks off is an error, not a shorter list.
func TestAllApps(t *testing.T) {
	docs := store.Documents{}
	for i := range 11 {
		docs[fmt.Sprint(i)] = document
	}
	s := newSSM(t, "/broken", docs)
	fault := harness.Fault{Operation: "GetParametersByPath", Kind: harness.Drop(), Match: func(body []byte) bool {
		var in ssm.GetParametersByPathInput
		return json.Unmarshal(body, &in) == nil && in.NextToken != nil
	}}
	defer shared.Get(t).Proxy().Inject(fault)()
	if got, err := s.All(t.Context()); err == nil {
		t.Errorf("got %d apps, want an error", len(got))
	}
}

// An app whose document is wrong must be found from the error in the log.
func TestSSMErrorNamesTheParameter(t *testing.T) {
	s := newSSM(t, "/named", store.Documents{"bad": `{"app_id":7,"app_secret":"secret-text"}`})
	_, err := store.NewSettings(s, nil, newClock().now).App(context.Background(), "bad")
	if want := `parameter /named/bad: field "app_id": want a string`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
