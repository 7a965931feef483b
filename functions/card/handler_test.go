package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const handlerARN = "arn:aws:lambda:us-east-1:123456789012:function:approve"

// lambdaAPI is Lambda's Invoke as far as the card function sees it.
func lambdaAPI(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/2015-03-31/functions/"+handlerARN+"/invocations" ||
			!strings.Contains(r.Header.Get("Authorization"), "/us-east-1/lambda/aws4_request") {
			t.Errorf("got %s %s, want an invocation", r.Method, r.URL)
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return "AWS_ENDPOINT_URL_LAMBDA=" + server.URL
}

// A function answers the click: it gets the detail of the bus, and its reply
// reaches Lark in the click's own style. Delivered twice, it is asked once.
func TestCardHandler(t *testing.T) {
	s := stage.New(t, emulator.Get(t))
	s.PutApp("default", map[string]any{"card_handler": handlerARN, "card_toast": "Noted"})
	var asked atomic.Int32
	f := s.Start("card", lambdaAPI(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var detail struct {
			App     string
			TraceID string `json:"trace_id"`
			Header  map[string]string
			Event   struct {
				Action struct{ Value map[string]string }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&detail); err != nil || detail.App != "default" || detail.TraceID == "" ||
			detail.Header["event_type"] != lark.TypeCardAction || detail.Event.Action.Value["action"] != "approve" {
			t.Errorf("the handler is given %+v, %v", detail, err)
		}
		_, _ = io.WriteString(w, `{"toast":{"type":"success","content":"Approved"},"card":{"type":"raw","data":{"elements":[]}}}`)
	}))
	const fresh = `{"toast":{"type":"success","content":"Approved"},"card":{"type":"raw","data":{"elements":[]}}}`
	const old = `{"toast":{"type":"success","content":"Approved"},"elements":[]}`
	for _, tt := range []struct {
		click lark.Delivery
		want  string
	}{
		{stage.Delivery(stage.Payload(t, "card.action.trigger")), fresh},
		{stage.Delivery(stage.Payload(t, "card.action.trigger")), fresh},
		{stage.Delivery(anotherClick(stage.Payload(t, "card.action.trigger_v1"))), old},
	} {
		if status, body := s.Post(f, "/card", tt.click); status != 200 || body != tt.want {
			t.Errorf("got %d %s, want %s\n%s", status, body, tt.want, f.Logs())
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("got %d invocations of the handler, want 2", n)
	}
	if entries := s.Entries(); len(entries) != 2 {
		t.Errorf("got %d entries on the bus, want 2", len(entries))
	}
}

// Whatever becomes of the handler, the click has a good answer, and the reason
// is in one log line and one metric.
func TestCardHandlerFails(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		reason string
	}{
		"sleeps": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, "deadline exceeded"},
		"fails": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage":"boom","errorType":"Exception"}`)
		}, "the function failed"},
		"garbage":      {reply(200, `<html>`), "not one JSON object"},
		"another form": {reply(200, `{"statusCode":200,"body":"{}"}`), "statusCode"},
		"100 KB":       {reply(200, `{"card":{"type":"raw","data":{"x":"`+strings.Repeat("x", 100<<10)+`"}}}`), "limit"},
		"missing":      {reply(404, `{"Message":"Function not found"}`), "Lambda answered 404"},
		"throttled":    {reply(429, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}`), "Lambda answered 429"},
		"not there":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "invoking the function"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage.New(t, emulator.Get(t))
			s.PutApp("default", map[string]any{"card_handler": handlerARN, "card_toast": "Noted"})
			// The test of a handler that hangs lasts as long as an answer may
			// take. That this is short of Lark's 3 s is lib/gateway's test.
			f := s.Start("card", lambdaAPI(t, tt.answer), "ANSWER_TIMEOUT=6s")
			status, body := s.Post(f, "/card", stage.Delivery(stage.Payload(t, "card.action.trigger")))
			if status != 200 || body != `{"toast":{"content":"Noted","type":"info"}}` {
				t.Errorf("got %d %s, want 200 and the toast Noted", status, body)
			}
			if n := strings.Count(f.Logs(), tt.reason); n != 1 {
				t.Errorf("got the reason %q in %d lines, want 1:\n%s", tt.reason, n, f.Logs())
			}
			if n := strings.Count(f.Logs(), `"CardFallback":1`); n != 1 {
				t.Errorf("got CardFallback counted %d times, want 1", n)
			}
		})
	}
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// null is a handler that changes nothing.
func TestCardHandlerReturnsNothing(t *testing.T) {
	s := stage.New(t, emulator.Get(t))
	s.PutApp("default", map[string]any{"card_handler": handlerARN, "card_toast": "Noted"})
	f := s.Start("event", lambdaAPI(t, reply(200, `null`))) // the function event answers clicks, too
	if status, body := s.Post(f, "/event", stage.Delivery(stage.Payload(t, "card.action.trigger"))); status != 200 || body != `{}` {
		t.Errorf("got %d %s, want 200 {}", status, body)
	}
}
