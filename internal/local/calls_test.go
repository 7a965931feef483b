package local_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// With the real platform, only what cannot hold a secret is kept.
func TestWatchKeepsNoSecret(t *testing.T) {
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Tt-Logid", "log-1")
		w.WriteHeader(http.StatusTeapot)
	}))
	defer platform.Close()
	var steps []local.Step
	show := func(s local.Step) { steps = append(steps, s) }
	calls := local.NewCalls(show, time.Now)
	req, err := http.NewRequestWithContext(t.Context(), "POST", platform.URL+"/open-apis/bot/v2/hook/hidden?token=hidden", strings.NewReader("hidden"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer hidden")
	resp, err := calls.Watch(http.DefaultClient).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()

	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://localhost/api/calls", nil)
	local.New(&lark.App{}, http.DefaultClient, calls, time.Now, show).ServeHTTP(w, r)
	var list []struct {
		Method, Path string
		Status       int
		LogID        string `json:"log_id"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != 1 {
		t.Fatalf("%s, %v", w.Body, err)
	}
	if c := list[0]; c.Method != "POST" || c.Path != "/open-apis/bot/v2/hook/***" || c.Status != http.StatusTeapot || c.LogID != "log-1" {
		t.Errorf("got %+v, want the call of a webhook with its key hidden", c)
	}
	if strings.Contains(w.Body.String(), "hidden") || len(steps) != 1 || !steps[0].Failed || strings.Contains(steps[0].Subject+steps[0].Note, "hidden") {
		t.Errorf("got %s and %+v, want one failed step and nothing hidden", w.Body, steps)
	}
}
