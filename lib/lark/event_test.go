package lark_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is an event as the golden files show it.
type golden struct {
	Name, Schema, ID, Type, AppID, TenantKey, Key string
	Kind                                          lark.Kind
	OldCard                                       bool `json:",omitempty"`
	Time                                          time.Time
	Header, Message                               json.RawMessage `json:",omitempty"`
}

// Every documented payload, received as Lark sends it.
func TestSamples(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	var got []golden
	for _, s := range larktest.Samples() {
		if s.Schema == "approval-callback" || s.Type() == "" {
			continue // another protocol; challenges and encrypted bodies are in TestSampleBodies
		}
		var body bytes.Buffer
		if err := json.Compact(&body, s.Payload); err != nil {
			t.Fatal(err)
		}
		req := signed(key, now, body.Bytes())
		if s.Schema == "card-v1" {
			req = signedCard(now, body.Bytes())
		}
		cb, err := testApp().Receive(req, now)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		checkUntouched(t, s, cb.Event)
		ev := cb.Event
		got = append(got, golden{s.Name, ev.Schema, ev.ID, ev.Type, ev.AppID, ev.TenantKey, ev.Key, cb.Kind, cb.OldCard, ev.Time, ev.Header, ev.Message})
	}
	compareGolden(t, "samples.json", got)
}

// checkUntouched compares the event byte for byte with what Lark sent, and
// looks for the token.
func checkUntouched(t *testing.T, s larktest.Sample, ev *lark.Event) {
	t.Helper()
	var sent struct{ Event json.RawMessage }
	if err := json.Unmarshal(s.Payload, &sent); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if s.Schema != "card-v1" {
		if err := json.Compact(&want, sent.Event); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ev.Body, want.Bytes()) {
			t.Errorf("%s: the event is changed:\n%s", s.Name, ev.Body)
		}
	}
	for _, document := range [][]byte{ev.Header, ev.Body, ev.Message} {
		if bytes.Contains(document, []byte(larktest.VerificationToken)) {
			t.Errorf("%s: the verification token is in %s", s.Name, document)
		}
		if len(document) > 0 && !json.Valid(document) {
			t.Errorf("%s: not JSON: %s", s.Name, document)
		}
	}
}

func compareGolden(t *testing.T, name string, got any) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	data, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	if *update {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(data)); diff != "" {
		t.Errorf("differs from %s (-want +got):\n%s", path, diff)
	}
}

// The samples that are bodies as they come: challenges and encrypted ones.
func TestSampleBodies(t *testing.T) {
	for _, s := range larktest.Samples() {
		var want lark.Kind
		app := testApp()
		req := lark.Delivery{Body: s.Payload}
		switch {
		case s.Schema == "challenge":
			want = lark.KindChallenge
			app.EncryptKeys, app.AllowUnsigned = nil, true
		case s.Schema == "encrypted" && strings.Contains(s.Name, "url_verification"):
			want = lark.KindChallenge
		case s.Schema == "encrypted":
			want = lark.KindEvent
			req = sign(lark.NewEncryptKey(larktest.EncryptKey), now, s.Payload)
		default:
			continue
		}
		cb, err := app.Receive(req, now)
		if err != nil || cb.Kind != want {
			t.Errorf("%s: got %+v, %v", s.Name, cb, err)
		}
	}
}

// An old-style click has the fields of the new style, and keeps its own.
func TestOldCardBecomesNew(t *testing.T) {
	body := `{"open_id":"ou_1","user_id":5,"open_message_id":"om_1","open_chat_id":"oc_1","tenant_key":"t1","token":"c-1",` +
		`"action":{"value":"text","tag":"button","big":12345678901234567890},"timezone":"Asia/Tokyo","later":{"a":1}}`
	cb, err := testApp().Receive(signedCard(now, []byte(body)), now)
	if err != nil || !cb.OldCard {
		t.Fatalf("got %+v, %v", cb, err)
	}
	want := `{"operator":{"open_id":"ou_1","user_id":5,"tenant_key":"t1"},"token":"c-1",` +
		`"action":{"value":"text","tag":"button","big":12345678901234567890},"timezone":"Asia/Tokyo","later":{"a":1},` +
		`"context":{"open_message_id":"om_1","open_chat_id":"oc_1"}}`
	if diff := cmp.Diff(want, string(cb.Event.Body)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(string(cb.Event.Header)+cb.Event.Key, "c-1") {
		t.Error("the card's update token is in the header or the key")
	}
}

func TestHeader(t *testing.T) {
	token := `"token":"` + larktest.VerificationToken + `"`
	for _, tt := range []struct{ name, payload, want string }{
		{"unknown fields stay", `{"schema":"2.0","header":{"event_id":"e",` + token + `,"new":[1.50,{"a":null}]},"event":{},"extra":1e400}`,
			`{"event_id":"e","new":[1.50,{"a":null}],"extra":1e400}`},
		{"the token goes wherever it stands", `{"schema":"2.0",` + token + `,"header":{` + token + `,"a":1,` + token + `},"event":{}}`, `{"a":1}`},
		{"the token goes under an escaped name", `{"schema":"2.0","header":{"\u0074oken":"` + larktest.VerificationToken + `"},"event":{}}`, `{}`},
		{"1.0", `{"ts":"1502199207.7171419","uuid":"u","type":"event_callback",` + token + `,"event":{"type":"x","app_id":"` + larktest.AppID + `","tenant_key":"t"},"new":true}`,
			`{"event_id":"u","event_type":"x","create_time":"1502199207717","app_id":"` + larktest.AppID + `","tenant_key":"t","new":true}`},
		{"no event at all", `{` + token + `,"type":"other","a":1}`, `{"app_id":"` + larktest.AppID + `","type":"other","a":1}`},
	} {
		cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(tt.payload)), now)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if diff := cmp.Diff(tt.want, string(cb.Event.Header)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestEventTime(t *testing.T) {
	for create, want := range map[string]time.Time{
		`"1735689600123"`:        time.UnixMilli(1735689600123),
		`"1735689600123456"`:     time.UnixMicro(1735689600123456),
		`"1735689600"`:           time.Unix(1735689600, 0),
		`1735689600`:             time.Unix(1735689600, 0),
		`"1735689600.5"`:         time.UnixMilli(1735689600500),
		`""`:                     {},
		`"-5"`:                   {},
		`"NaN"`:                  {},
		`"1e300"`:                {},
		`"99999999999999999999"`: {},
		`{}`:                     {},
	} {
		payload := `{"schema":"2.0","header":{"token":"` + larktest.VerificationToken + `","create_time":` + create + `},"event":{}}`
		cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(payload)), now)
		if err != nil || !cb.Event.Time.Equal(want) {
			t.Errorf("%s: got %v, %v; want %v", create, cb, err, want)
		}
	}
}
