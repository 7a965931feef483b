package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

var emulator harness.SharedEmulator

func TestMain(m *testing.M) { emulator.Main(m) }

// newLark is a stage whose app is one of a stand-in platform.
func newLark(t *testing.T) (*stage.Stage, *larktest.Platform) {
	t.Helper()
	s, platform, _ := newPlatform(t, larktest.App{})
	return s, platform
}

// newPlatform is newLark for an app of any kind, which tells its address.
func newPlatform(t *testing.T, app larktest.App) (*stage.Stage, *larktest.Platform, string) {
	t.Helper()
	s := stage.New(t, emulator.Get(t))
	platform, url := stage.Lark(t, app)
	s.PutApp("default", map[string]any{"domain": url})
	return s, platform, url
}

// A message is sent with one token for all instances.
func TestMessage(t *testing.T) {
	s, platform := newLark(t)
	for range 2 {
		out, err := s.Start("send").Invoke(t.Context(), []byte(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`))
		var result struct {
			OK   bool
			Data struct {
				MessageID string `json:"message_id"`
			}
		}
		if err != nil || json.Unmarshal(out, &result) != nil || !result.OK || !strings.HasPrefix(result.Data.MessageID, "om_") {
			t.Errorf("got %s, %v, want the id of a message", out, err)
		}
	}
	if messages := platform.Messages("oc_1"); len(messages) != 2 || messages[0].Content != `{"text":"hi"}` {
		t.Errorf("got the messages %+v, want two texts hi", messages)
	}
	if n := platform.TokenCalls(); n != 1 {
		t.Errorf("got %d token calls, want 1", n)
	}
}

// Lambda repeats an asynchronous invocation under its id: one message.
func TestRepeatedInvocation(t *testing.T) {
	s, platform := newLark(t)
	f := s.Start("send")
	for range 2 {
		_, err := f.InvokeWith(t.Context(), []byte(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`), harness.InvokeOptions{RequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if messages := platform.Messages(""); len(messages) != 1 {
		t.Errorf("got %d messages, want 1", len(messages))
	}
}

func isMessage(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/messages") }

// checkReports counts the results on the bus.
func checkReports(t *testing.T, entries []harness.BusEntry, succeeded int) {
	t.Helper()
	ok := 0
	for _, e := range entries {
		if e.Source != "larkbridge.send" {
			t.Errorf("got the source %q, want larkbridge.send", e.Source)
		}
		if e.DetailType == "Lark Send Succeeded" {
			ok++
		}
	}
	if ok != succeeded {
		t.Errorf("got %d successes on the bus, want %d", ok, succeeded)
	}
}

// A failure has a type that a Step Functions Catch can name.
func TestFailure(t *testing.T) {
	s, _ := newLark(t)
	f := s.Start("send")
	for payload, kind := range map[string]string{
		`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"app":"other"}`: "Lark.Validation",
		`{"mesage":{}}`: "Lark.Validation",
		`{"request":{"method":"GET","path":"im/v1/nothing"}}`:                   "Lark.NotFound",
		`{"request":{"method":"GET","path":"https://example.com/open-apis/x"}}`: "Lark.Validation",
	} {
		_, err := f.Invoke(t.Context(), []byte(payload))
		var failure *harness.FunctionError
		if !errors.As(err, &failure) || failure.Type != kind {
			t.Errorf("%s: got %v", payload, err)
		}
	}
	out, err := f.Invoke(t.Context(), []byte(`{"request":{"method":"GET","path":"im/v1/nothing"},"on_error":"return"}`))
	if err != nil || !strings.Contains(string(out), `"ok":false`) || !strings.Contains(string(out), `"kind":"not_found"`) {
		t.Errorf("got %s, %v, want the failure as output", out, err)
	}
}
