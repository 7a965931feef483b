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
	"github.com/larkbridge/larkbridge/lib/send/request"
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

// The stand-in's record of a call has the group of the request that makes it.
func TestCallsHaveTheirGroup(t *testing.T) {
	var steps []local.Step
	calls := local.NewCalls(func(s local.Step) { steps = append(steps, s) }, time.Now)
	platform := httptest.NewServer(local.NewPlatform(calls))
	defer platform.Close()
	app, err := local.NewApp(nothing, platform.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := local.New(app, local.ToStandIn(platform.URL, http.DefaultClient), calls, time.Now, func(local.Step) {})
	const id = "r 1\n%&"
	result := server.Sender().Send(t.Context(), id, &request.Request{Message: &request.Message{
		To: &request.Target{ChatID: "oc_1"}, Text: new("hi"),
	}})
	if n := len(steps); result.Error != nil || n == 0 || steps[n-1].Group != id {
		t.Errorf("got %+v and the steps %+v, want a call in the group %q", result, steps, id)
	}
}
