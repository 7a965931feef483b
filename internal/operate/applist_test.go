package operate_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/operate"
)

func TestListNamesFieldsOnly(t *testing.T) {
	var out printed
	s := &shelf{values: map[string]string{"/larkbridge/b": settings(nil), "/larkbridge/a": `{"app_secret":7}`}}
	apps := operate.Apps{Parameters: s, Outputs: at("/larkbridge")}
	if err := out.add(apps.List(t.Context())); err != nil {
		t.Fatal(err)
	}
	want := "a                 wrong: field \"app_secret\": want a string; field \"app_id\" is missing\n" +
		"b                 app_id app_secret encrypt_key verification_token\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	s.err = refusal("AccessDeniedException")
	if err := out.add(apps.List(t.Context())); err == nil || !strings.Contains(err.Error(), "your credentials need ssm:GetParametersByPath") {
		t.Error(err)
	}
	s.values, s.err = nil, nil
	if err := out.add(apps.List(t.Context())); err != nil || !strings.Contains(out.String(), "There is no app under /larkbridge") {
		t.Error(err, out.String())
	}
}

func TestAppsOnSSM(t *testing.T) {
	var out printed
	apps := operate.Apps{Parameters: parameters(t), Outputs: at("/operate"), Lark: http.DefaultClient, Now: time.Now}
	for _, name := range []string{"default", "ops"} {
		if _, err := apps.Put(t.Context(), name, []byte(settings(nil)), false, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := apps.Put(t.Context(), "ops", []byte(settings(nil)), false, false); !errors.Is(err, operate.ErrStored) {
		t.Errorf("a second time: got %v, want ErrStored", err)
	}
	if _, err := apps.Put(t.Context(), "ops", []byte(settings(nil)), false, true); err != nil {
		t.Errorf("with overwrite: got %v, want no error", err)
	}
	if err := out.add(apps.List(t.Context())); err != nil || strings.Count(out.String(), "app_id app_secret encrypt_key verification_token\n") != 2 {
		t.Errorf("%v, %q", err, out.String())
	}
	noSecrets(t, out.String())
	got, err := apps.Get(t.Context(), "ops")
	if err := out.add(got, err); err != nil || !strings.Contains(out.String(), `app_secret            "***"`) {
		t.Errorf("get: got %v and\n%s, want the settings without secrets", err, out.String())
	}
	noSecrets(t, out.String()+string(got.Settings))
	if _, err := apps.Remove(t.Context(), "ops"); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"get":    out.add(apps.Get(t.Context(), "ops")),
		"remove": out.add(apps.Remove(t.Context(), "ops")),
	} {
		if !errors.Is(err, operate.ErrNoApp) || !strings.Contains(err.Error(), "ops has no settings under /operate; larkbridge app list shows") {
			t.Errorf("%s what was removed: got %v, want ErrNoApp and what to do", what, err)
		}
	}
}

func TestAppErrors(t *testing.T) {
	apps := operate.Apps{Parameters: &shelf{err: refusal("AccessDeniedException")}, Outputs: at("/larkbridge")}
	for want, err := range map[string]error{
		"reading parameter /larkbridge/ops: AccessDeniedException; your credentials need ssm:GetParameter":     new(printed).add(apps.Get(t.Context(), "ops")),
		"removing parameter /larkbridge/ops: AccessDeniedException; your credentials need ssm:DeleteParameter": new(printed).add(apps.Remove(t.Context(), "ops")),
		"the name of an app is 1 to 32":    new(printed).add(apps.Get(t.Context(), "A/B")),
		"the name of an app is 1 to 32 of": new(printed).add(apps.Remove(t.Context(), "event")),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Settings that are wrong are shown as far as they can be.
func TestGetWrongSettings(t *testing.T) {
	for doc, want := range map[string]string{
		`{"app_id":7,"app_secret":"s"}`: "app_id                7\napp_secret            \"***\"\nwrong                 field \"app_id\": want a string\n",
		"my secret":                     "wrong                 the settings are not one JSON object\n",
	} {
		var out printed
		apps := operate.Apps{Parameters: &shelf{values: map[string]string{"/larkbridge/ops": doc}}, Outputs: at("/larkbridge")}
		if err := out.add(apps.Get(t.Context(), "ops")); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: got %v and\n%s\nwant\n%s", doc, err, out.String(), want)
		}
	}
}
