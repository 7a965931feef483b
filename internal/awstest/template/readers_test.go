package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// one is a template with one resource.
func one(t *testing.T, kind string, properties map[string]any) *template.Template {
	t.Helper()
	loaded, err := template.Resolve(map[string]any{
		"Resources": map[string]any{"One": map[string]any{"Type": kind, "Properties": properties}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// checkOne compares what a reader made of the one resource, but for that itself.
func checkOne[T any](t *testing.T, got []T, err error, want T) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]T{want}, got, cmpopts.IgnoreTypes(&template.Resource{})); diff != "" {
		t.Error(diff)
	}
}

// What the wiring needs is in the repository's template.
func TestReadTheTemplate(t *testing.T) {
	loaded := template.Load(t, nil)
	functions, err := loaded.Functions()
	if err != nil {
		t.Fatal(err)
	}
	var names, arns []string
	for _, f := range functions {
		wantAnswer := "2500ms" // of the 3 s that Lark waits
		if strings.HasSuffix(f.Name, "-send") {
			wantAnswer = ""
		}
		if got := f.Environment["ANSWER_TIMEOUT"]; got != wantAnswer {
			t.Errorf("%s: got ANSWER_TIMEOUT %q, want %q", f.Name, got, wantAnswer)
		}
		names, arns = append(names, strings.TrimPrefix(f.Name, template.Stack+"-")), append(arns, f.ARN)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"card", "event", "send"}) {
		t.Errorf("functions %q", names)
	}
	routes, err := loaded.Routes()
	if err != nil {
		t.Fatal(err)
	}
	paths := make(map[string]bool)
	for _, r := range routes {
		paths[r.Path] = true
		if !slices.Contains(arns, r.Function) || r.Payload != "2.0" || r.Method != "ANY" {
			t.Errorf("route %+v", r)
		}
	}
	if got := slices.Sorted(maps.Keys(paths)); !slices.Equal(got, []string{"/card", "/card/{app}", "/event", "/event/{app}"}) {
		t.Errorf("paths %q", got)
	}
	queues, err := loaded.Queues()
	found(t, "queues", queues, err)
	sources, err := loaded.EventSources()
	found(t, "event sources", sources, err)
	rules, err := loaded.Rules()
	found(t, "rules", rules, err)
	subscriptions, err := loaded.Subscriptions()
	found(t, "subscriptions", subscriptions, err)
	if _, err := loaded.Alarms(); err != nil {
		t.Error(err)
	}
}

func found[T any](t *testing.T, what string, list []T, err error) {
	t.Helper()
	if err != nil || len(list) == 0 {
		t.Errorf("%s: %+v, %v", what, list, err)
	}
}
