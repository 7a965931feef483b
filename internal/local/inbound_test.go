package local

import (
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
)

func TestReplyStep(t *testing.T) {
	now := time.Unix(1, 0)
	message := &lark.Event{Type: "a", ID: "e1"}
	for name, tt := range map[string]struct {
		outcome gateway.Outcome
		want    Step
	}{
		"published": {
			gateway.Outcome{Result: gateway.Published, Status: 200, Event: message},
			Step{Subject: "200 published", Note: "(1.5 ms)", Group: "e1"},
		},
		"a duplicate": {
			gateway.Outcome{Result: gateway.Duplicate, Status: 200, Event: message},
			Step{Subject: "200 duplicate", Note: "a (1.5 ms)", Group: "e1"},
		},
		"refused with its reason": {
			gateway.Outcome{Result: gateway.Refused, Status: 401, Err: errors.New("why")},
			Step{Subject: "401 refused", Note: "why (1.5 ms)", Failed: true, Group: "r1"},
		},
	} {
		tt.want.Time, tt.want.Kind = now, StepReply
		info := &requestInfo{start: now.Add(-1500 * time.Microsecond), id: "r1", outcome: tt.outcome}
		if diff := cmp.Diff(tt.want, replyStep(now, info)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestProblemsAreShown(t *testing.T) {
	now := time.Unix(1, 0)
	var got []Step
	s := &Server{now: func() time.Time { return now }, show: func(s Step) { got = append(got, s) }}
	s.showProblems(withRequestInfo(t.Context(), &requestInfo{id: "r1"}), gateway.Outcome{
		Record: metric.Record{Problems: []metric.Problem{{Metric: metric.MarkFailed, Message: "not marked", Err: errors.New("why")}}},
	})
	want := []Step{{Time: now, Kind: StepNote, Subject: "not marked", Note: "why", Failed: true, Group: "r1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// received posts a sample of a type to a new server and returns the step of its reply.
func received(t *testing.T, eventType string, change func([]byte) []byte) Step {
	t.Helper()
	var last Step
	show := func(s Step) {
		if s.Kind == StepReply {
			last = s
		}
	}
	app, err := NewApp(func(string) string { return "" }, "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	server := New(app, nil, NewCalls(show, time.Now), time.Now, show)
	req, err := testSigner(t).Request(t.Context(), "http://localhost"+Endpoint(eventType), eventType, Edit{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	req.Body = io.NopCloser(strings.NewReader(string(change(body))))
	server.ServeHTTP(httptest.NewRecorder(), req)
	return last
}

func unchanged(body []byte) []byte { return body }

func TestInboundIsDecrypted(t *testing.T) {
	step := received(t, lark.TypeMessageReceive, unchanged)
	in, ok := step.Data.(Inbound)
	if !ok {
		t.Fatalf("got %+v, want the request as its data", step)
	}
	if in.Method != "POST" || in.Path != "/event" || in.Status != 200 || in.Reply != "{}" || in.Result != gateway.Published {
		t.Errorf("got %+v, want a published POST /event with its reply", in)
	}
	var payload struct {
		Header struct {
			EventID string `json:"event_id"`
			Token   string
		}
	}
	if err := json.Unmarshal(in.Payload, &payload); err != nil || payload.Header.EventID != step.Group || payload.Header.Token != masked {
		t.Errorf("got %s in group %s, %v, want the event with its token masked", in.Payload, step.Group, err)
	}
	if !strings.Contains(in.Original.Reveal(), verificationToken) || !strings.HasPrefix(in.Body, `{"encrypt":`) {
		t.Errorf("got the body %.40s, want it as it came", in.Body)
	}
	if got := in.Header.Get(lark.HeaderSignature); got != masked || in.Signature == "" {
		t.Errorf("got the signature %q, want it masked, and kept", got)
	}
}

// A request that is refused shows what it says, too.
func TestInboundThatIsRefused(t *testing.T) {
	step := received(t, lark.TypeMessageReceive, func(body []byte) []byte { return append(body, ' ') })
	in, _ := step.Data.(Inbound)
	if !step.Failed || in.Status != 401 || in.Reason == "" || len(in.Payload) == 0 {
		t.Errorf("got %+v, want a refused request with its reason and its payload", in)
	}
	step = received(t, lark.TypeMessageReceive, func([]byte) []byte { return []byte(`{"encrypt":"no"}`) })
	if in, _ := step.Data.(Inbound); in.Payload != nil || in.Body != `{"encrypt":"no"}` {
		t.Errorf("got %+v, want the body alone", in)
	}
}

func TestMaskSecrets(t *testing.T) {
	for doc, want := range map[string]string{
		`{"token":"a","event":{"text":"token","n":1.0,"open_id":"o"},"list":["token",{"app_ticket":"b"}]}`: `{"token":"***","event":{"text":"token","n":1.0,"open_id":"o"},"list":["token",{"app_ticket":"***"}]}`,
		`{"b":1,"a":2}`:          `{"b":1,"a":2}`,
		`{"token":{"secret":1}}`: `{"token":{"secret":1}}`,
		`no JSON`:                `no JSON`,
		``:                       ``,
	} {
		if got := string(maskSecrets([]byte(doc))); got != want {
			t.Errorf("%s: got %s, want %s", doc, got, want)
		}
	}
}
