package send_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/send/request"
)

// gotCorrelation returns what the one result on the bus says, after it has checked
// that the one line in the log says the same.
func (f *fixture) gotCorrelation(t *testing.T, log *logBuffer) (got request.Correlation) {
	t.Helper()
	entries, lines := f.bus.Entries(), log.lines(t)
	if len(entries) != 1 || len(lines) != 1 {
		t.Fatalf("%d entries on the bus, %d lines", len(entries), len(lines))
	}
	if err := json.Unmarshal(entries[0].Detail, &got); err != nil {
		t.Fatal(err)
	}
	trace, _ := lines[0]["trace_id"].(string)
	event, _ := lines[0]["correlation_id"].(string)
	if diff := cmp.Diff(got, request.Correlation{TraceID: trace, CorrelationID: event}); diff != "" {
		t.Errorf("the log differs from the bus: %s", diff)
	}
	return got
}

// What caused a request is in the log and on the bus, and nowhere else: from
// the request itself or, where send makes the request, from what it is made of.
func TestCorrelation(t *testing.T) {
	const (
		event  = `"source":"lark","id":"9d9","detail-type":"im.chat.updated_v1","detail":{"app":"default","trace_id":%s,"header":{"event_id":%s},"event":{}}`
		click  = `{"requestContext":{"requestId":"r","condition":"Success"},"requestPayload":%s,"responsePayload":{"card":{"type":"raw","data":{"schema":"2.0"}}}}`
		detail = `{"app":"default","trace_id":"t-1","header":{"event_id":"e-1"},"event":{"token":"c-1","context":{"open_message_id":"om_1"}}}`
	)
	message := func(fields string) string { return `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}` + fields + `}` }
	queued := func(body string) string {
		doc, err := json.Marshal(map[string]any{"Records": []map[string]string{{"eventSource": "aws:sqs", "messageId": "m-1", "body": body}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	lark := func(trace, id string) string { return "{" + fmt.Sprintf(event, trace, id) + "}" }
	for name, tt := range map[string]struct {
		payload string
		want    request.Correlation
	}{
		"its own":                   {message(`,"trace_id":"t-1","correlation_id":"e-1"`), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"one of them":               {message(`,"correlation_id":"e-1"`), request.Correlation{CorrelationID: "e-1"}},
		"none":                      {message(``), request.Correlation{}},
		"from a queue":              {queued(message(`,"trace_id":"t-1","correlation_id":"e-1"`)), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"an event":                  {lark(`"t-1"`, `"e-1"`), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"an event from a queue":     {queued(lark(`"t-1"`, `"e-1"`)), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"ids of another shape":      {lark(`7`, `["e-1"]`), request.Correlation{}},
		"ids that none can have":    {lark(`"a b"`, `"`+strings.Repeat("e", 129)+`"`), request.Correlation{}},
		"an event of others":        {strings.Replace(lark(`"t-1"`, `"e-1"`), `"lark"`, `"my.app"`, 1), request.Correlation{}},
		"an event with a request":   {`{"source":"my.app","id":"9d9","detail-type":"Lark Send Request","detail":` + message(``) + `}`, request.Correlation{}},
		"and its own":               {`{"source":"my.app","id":"9d9","detail-type":"Lark Send Request","detail":` + message(`,"trace_id":"t-1"`) + `}`, request.Correlation{TraceID: "t-1"}},
		"a handler":                 {fmt.Sprintf(click, detail), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"a handler behind a rule":   {fmt.Sprintf(click, `{"source":"lark","detail":`+detail+`}`), request.Correlation{TraceID: "t-1", CorrelationID: "e-1"}},
		"a handler without a trace": {fmt.Sprintf(click, strings.Replace(detail, `"trace_id":"t-1",`, "", 1)), request.Correlation{CorrelationID: "e-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, ctx := newFixture()
				f.sender.DefaultTo = "oc_1"
				log := listen(f)
				_, _ = f.sender.Lambda(ctx, []byte(tt.payload)) // the outcome is in the log
				if diff := cmp.Diff(tt.want, f.gotCorrelation(t, log)); diff != "" {
					t.Error(diff)
				}
				if ok := f.bus.Entries()[0].DetailType == "Lark Send Succeeded"; ok == strings.Contains(name, "handler") { // there is no card to update
					t.Errorf("on the bus: %s", f.bus.Entries()[0].Detail)
				}
				for _, call := range f.platform.Calls() { // the card of an event shows its detail
					if body := string(call.Body); strings.Contains(body, "correlation") || !strings.Contains(name, "event") && strings.Contains(body, "t-1") {
						t.Errorf("sent to Lark: %s", body)
					}
				}
			})
		})
	}
}

// A request that was done before tells what it itself belongs to, not what the
// first one did; and nobody is told by the answer.
func TestCorrelationOfAReplay(t *testing.T) {
	f, ctx := newFixture()
	log := listen(f)
	for _, trace := range []string{"t-1", "t-2"} {
		r, err := f.one(t, ctx, strings.Replace(hi, "{", `{"trace_id":"`+trace+`","correlation_id":"e-1",`, 1))
		doc, _ := json.Marshal(r)
		if err != nil || strings.Contains(string(doc), "t-1") || strings.Contains(string(doc), "e-1") {
			t.Errorf("got %s, %v", doc, err)
		}
	}
	lines := log.lines(t)
	if len(lines) != 2 || lines[1]["replayed"] != true || lines[1]["trace_id"] != "t-2" {
		t.Errorf("got %v", lines)
	}
}
