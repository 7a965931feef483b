package inspector

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

func testApp(t *testing.T) *lark.App {
	t.Helper()
	app, err := local.NewApp(func(string) string { return "" }, "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// received returns the event of a delivery that the app takes.
func received(t *testing.T, app *lark.App, d lark.Delivery, now time.Time) *lark.Event {
	t.Helper()
	callback, err := app.Receive(d, now)
	if err != nil {
		t.Fatal(err)
	}
	return callback.Event
}

func TestWrittenMessage(t *testing.T) {
	app, now := testApp(t), time.Unix(1700000000, 0)
	for _, c := range []struct {
		written
		kind, text string
		toMe       bool
	}{
		{written{ChatID: "oc_1", OpenID: "ou_1", Text: `say "hi" <b>`}, "p2p", `say "hi" <b>`, true},
		{written{ChatID: "oc_1", OpenID: "ou_1", Text: "status", Mention: true}, "group", "status", true},
		{written{ChatID: "oc_1", OpenID: "ou_1", Text: "status"}, "group", "status", false},
	} {
		payload, err := c.payload(app, c.kind, now)
		if err != nil {
			t.Fatal(err)
		}
		ev := received(t, app, app.Sign(payload, now), now)
		var m struct {
			Text string
			ToMe bool `json:"to_me"`
		}
		if err := json.Unmarshal(ev.Message, &m); err != nil || m.Text != c.text || m.ToMe != c.toMe {
			t.Errorf("%+v: got %s, %v, want the text %q, to_me %v", c.written, ev.Message, err, c.text, c.toMe)
		}
		for _, want := range []string{`"chat_id":"oc_1"`, `"open_id":"ou_1"`, `"chat_type":"` + c.kind + `"`} {
			if !strings.Contains(string(ev.Body), want) {
				t.Errorf("%+v: got %s, want %s in it", c.written, ev.Body, want)
			}
		}
	}
}

func TestClickPayload(t *testing.T) {
	app, now := testApp(t), time.Unix(1700000000, 0)
	action := json.RawMessage(`{"tag":"select_static","option":"a","value":{"n":1.50}}`)
	payload, err := clickPayload(app, local.Click{MessageID: "om_1", ChatID: "oc_1", OpenID: "ou_1", Token: "c-1"}, action, now)
	if err != nil {
		t.Fatal(err)
	}
	ev := received(t, app, app.Sign(payload, now), now)
	for _, want := range []string{string(action), `"token":"c-1"`, `"open_message_id":"om_1"`, `"open_chat_id":"oc_1"`, `"open_id":"ou_1"`} {
		if !strings.Contains(string(ev.Body), want) {
			t.Errorf("got %s, want %s in it", ev.Body, want)
		}
	}
}

// What is edited keeps its secrets, wherever they are masked.
func TestRestore(t *testing.T) {
	for name, c := range map[string]struct{ edited, original, want string }{
		"a token":       {`{"header":{"token":"***","n":1.50}}`, `{"header":{"token":"t"}}`, `{"header":{"n":1.50,"token":"t"}}`},
		"in a list":     {`{"a":[{"token":"***"},"***"]}`, `{"a":[{"token":"t"}]}`, `{"a":[{"token":"t"},"***"]}`},
		"another token": {`{"token":"mine"}`, `{"token":"t"}`, `{"token":"mine"}`},
		"no secret":     {`{"token":"***"}`, `{}`, `{"token":"***"}`},
	} {
		edited, err := decode([]byte(c.edited))
		if err != nil {
			t.Fatal(err)
		}
		original, err := decode([]byte(c.original))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(restore(edited, original))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, c.want)
		}
	}
}

func TestResent(t *testing.T) {
	app, now := testApp(t), time.Unix(1700000000, 0)
	for _, eventType := range []string{lark.TypeMessageReceive, "approval_instance", lark.TypeCardAction} {
		doc, err := sample(app, eventType, now)
		if err != nil {
			t.Fatal(err)
		}
		original, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		first := received(t, app, app.Sign(original, now), now)
		in := local.Inbound{Original: lark.Secret(original)}
		for _, c := range []struct {
			resent
			taken, same bool
		}{
			{resent{As: "signed"}, true, true},
			{resent{As: "signed", NewID: true}, true, false},
			{resent{As: "stale"}, false, true},
			{resent{As: "forged"}, false, true},
		} {
			c.Payload = original
			d, err := c.delivery(app, in, now)
			if err != nil {
				t.Fatal(err)
			}
			callback, err := app.Receive(d, now)
			if (err == nil) != c.taken {
				t.Errorf("%s %+v: got %v, want it taken: %v", eventType, c.resent, err, c.taken)
			}
			if err == nil && (callback.Event.ID == first.ID) != c.same {
				t.Errorf("%s %+v: got the id %s after %s, want the same: %v", eventType, c.resent, callback.Event.ID, first.ID, c.same)
			}
		}
	}
}

func TestResentIsNoJSON(t *testing.T) {
	if _, err := (resent{Payload: json.RawMessage("[")}).delivery(testApp(t), local.Inbound{Original: "{}"}, time.Now()); err == nil {
		t.Error("got no error, want one")
	}
}

func TestCopies(t *testing.T) {
	payload := []byte(`{"schema":"2.0","header":{"event_type":"im.message.receive_v1","token":"***"},"event":{"message":{"message_type":"text","content":"{\"text\":\"it's\"}"}}}`)
	click := []byte(`{"header":{"event_type":"card.action.trigger"},"event":{"action":{"value":{"a":"b"}}}}`)
	in := local.Inbound{Method: "POST", Path: "/event", Body: `{"encrypt":"it's"}`, Signature: "abc",
		Header: map[string][]string{"Content-Type": {"application/json"}, "X-Lark-Signature": {"***"}, "Cookie": {"***"}}}
	entry := bus.Entry{Source: "lark", DetailType: lark.TypeMessageReceive,
		Detail: json.RawMessage(`{"app":"default","message":{"type":"text","text":"<hi>","to_me":true,"content":{}},"event":{}}`)}
	command := bus.Entry{Source: "lark", DetailType: "x", Detail: json.RawMessage(`{"message":{"command":{"name":"deploy","text":"shop"}}}`)}
	clicked := bus.Entry{Source: "lark", DetailType: lark.TypeCardAction, Detail: json.RawMessage(`{"event":{"action":{"value":{"a":"b","n":{"c":1},"l":[]}}}}`)}
	for name, c := range map[string]struct{ got, want string }{
		"curl": {asCurl("http://127.0.0.1:8787", in), "curl -X 'POST' 'http://127.0.0.1:8787/event' \\\n  -H 'Content-Type: application/json' \\\n" +
			"  -H 'X-Lark-Signature: abc' \\\n  --data-raw '{\"encrypt\":\"it'\\''s\"}'"},
		"a message as trigger": {asTrigger(payload), `larkbridge trigger 'im.message.receive_v1' --text 'it'\''s'`},
		"a click as trigger":   {asTrigger(click), `larkbridge trigger 'card.action.trigger' --value '{"a":"b"}'`},
		"an event as trigger":  {asTrigger([]byte(`{"event":{"type":"leave_approval"}}`)), `larkbridge trigger 'leave_approval'`},
		"fixture":              {compact(t, asFixture(click)), `{"name":"card.action.trigger","source":"larkbridge run","schema":"2.0","payload":` + string(click) + `}`},
		"pattern": {compact(t, asPattern(entry)),
			`{"detail":{"app":["default"],"message":{"text":["<hi>"],"to_me":[true],"type":["text"]}},"detail-type":["im.message.receive_v1"],"source":["lark"]}`},
		"pattern of a command": {compact(t, asPattern(command)), `{"detail":{"message":{"command":{"name":["deploy"]}}},"detail-type":["x"],"source":["lark"]}`},
		"pattern of a click": {compact(t, asPattern(clicked)),
			`{"detail":{"event":{"action":{"value":{"a":["b"],"n":{"c":[1]}}}}},"detail-type":["card.action.trigger"],"source":["lark"]}`},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func compact(t *testing.T, doc string) string {
	t.Helper()
	var v json.RawMessage = []byte(doc)
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(got))
}
