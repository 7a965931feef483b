package wire_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/wire"
)

// complete is an environment that lacks nothing, with some of it changed. Its
// AWS answers nothing, so that init goes on without it at once.
func complete(t *testing.T, change map[string]string) func(string) string {
	t.Helper()
	aws := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(aws.Close)
	env := map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"TABLE_NAME": "t", "BUS_NAME": "b", "BUCKET_NAME": "c", "PARAMETER_PREFIX": "/larkbridge",
		"STACK_NAME": "larkbridge",
	}
	maps.Copy(env, change)
	return func(name string) string { return env[name] }
}

func TestEnvironment(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"TABLE_NAME", "", "TABLE_NAME is not set"},
		{"BUS_NAME", "", "BUS_NAME is not set"},
		{"BUCKET_NAME", "", "BUCKET_NAME is not set"},
		{"PARAMETER_PREFIX", "", "PARAMETER_PREFIX is not set"},
		{"STACK_NAME", "", "STACK_NAME is not set"},
		{"INLINE_LIMIT", "240 KiB", "INLINE_LIMIT must be a number"},
		{"INLINE_LIMIT", "1023", "INLINE_LIMIT must be a number"},
		{"INLINE_LIMIT", "1048577", "INLINE_LIMIT must be a number"},
		{"DEDUPE_FAILURE", "ajar", "DEDUPE_FAILURE must be open or closed"},
		{"SETTINGS_COPY", "yes", "SETTINGS_COPY must be on or off"},
		{"SETTINGS_COPY", "off", ""},
		{"ANSWER_TIMEOUT", "2500", "ANSWER_TIMEOUT must be a duration from 1s to 60s"},
		{"ANSWER_TIMEOUT", "999ms", "ANSWER_TIMEOUT must be a duration from 1s to 60s"},
		{"ANSWER_TIMEOUT", "2500ms", ""},
		{"INLINE_LIMIT", "1024", ""},
		{"INLINE_LIMIT", "1048576", ""},
		{"DEDUPE_FAILURE", "closed", ""},
	} {
		g, err := wire.Gateway(t.Context(), "event", complete(t, map[string]string{tt.name: tt.value}))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s=%s: %v", tt.name, tt.value, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s=%s: got %v, want %q", tt.name, tt.value, err, tt.want)
		case tt.want == "" && g.FailClosed != (tt.value == "closed"):
			t.Errorf("%s=%s: closed %v", tt.name, tt.value, g.FailClosed)
		}
	}
	for _, name := range []string{"BUS_NAME", "STACK_NAME"} {
		if _, err := wire.Sender(t.Context(), complete(t, map[string]string{name: ""})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("send without %s: %v", name, err)
		}
	}
	for value, want := range map[string]time.Duration{"": time.Minute, "60s": time.Minute, "900s": 15 * time.Minute} {
		if s, err := wire.Sender(t.Context(), complete(t, map[string]string{"SEND_TIMEOUT": value})); err != nil || s.Timeout != want {
			t.Errorf("send with SEND_TIMEOUT=%s: got %v, %v, want %v", value, s.Timeout, err, want)
		}
	}
	for _, value := range []string{"60", "999ms", "901s"} {
		if _, err := wire.Sender(t.Context(), complete(t, map[string]string{"SEND_TIMEOUT": value})); err == nil || !strings.Contains(err.Error(), "SEND_TIMEOUT must be a duration from 1s to 15m") {
			t.Errorf("send with SEND_TIMEOUT=%s: got %v, want an error that names the variable", value, err)
		}
	}
	if s, err := wire.Sender(t.Context(), complete(t, map[string]string{"DEFAULT_TO": "oc_1"})); err != nil || s.DefaultTo != "oc_1" {
		t.Errorf("send: %+v, %v", s, err)
	}
}

// A token must not follow a redirect to another host.
func TestNoRedirects(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := wire.LarkHTTP().Do(req)
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("got %+v, %v", resp, err)
	}
}
