package send_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/store"
)

// The record of an own invocation that failed, in the queue, is that request
// again, under the id that it had. Of another function's it is nothing.
func TestFailureRecord(t *testing.T) {
	const self = "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-send"
	for name, tt := range map[string]struct {
		function, condition, payload string
		want                         int
	}{
		"a request":          {self + ":$LATEST", "RetriesExhausted", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 1},
		"too old":            {self, "EventAgeExceeded", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 1},
		"a list":             {self, "RetriesExhausted", `{"requests":[{"message":{"to":{"chat_id":"oc_1"},"text":"1"}},{"message":{"to":{"chat_id":"oc_1"},"text":"2"}}]}`, 2},
		"a topic's":          {self, "RetriesExhausted", `{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"m-1","Message":"{\"message\":{\"to\":{\"chat_id\":\"oc_1\"},\"text\":\"hi\"}}"}}]}`, 1},
		"an event's":         {self, "RetriesExhausted", `{"id":"e-1","source":"my.app","detail-type":"Lark Send Request","detail":{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}}`, 1},
		"another function's": {self + "2", "RetriesExhausted", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 0},
		"a success":          {self, "Success", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, ctx := newFixture()
				ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{InvokedFunctionArn: self})
				record, err := json.Marshal(map[string]any{
					"requestContext": map[string]string{"requestId": "r-1", "functionArn": tt.function, "condition": tt.condition},
					"requestPayload": json.RawMessage(tt.payload),
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range []string{"m-1", "m-2"} { // put back twice
					batch, err := json.Marshal(map[string]any{"Records": []map[string]string{{"eventSource": "aws:sqs", "messageId": id, "body": string(record)}}})
					if err != nil {
						t.Fatal(err)
					}
					out, err := f.sender.Lambda(ctx, batch)
					if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"batchItemFailures":[]}` {
						t.Errorf("got %s, %v", doc, err)
					}
				}
				if got := f.platform.Messages("oc_1"); len(got) != tt.want {
					t.Errorf("%d messages, want %d: %+v", len(got), tt.want, got)
				}
			})
		})
	}
}

// What a card's handler returned updates the card, whether it is a reply or a
// card itself.
func TestHandlerReturnsACard(t *testing.T) {
	const card = `{"schema":"2.0","body":{"elements":[]}}`
	for response, want := range map[string]string{
		`{"card":{"type":"raw","data":` + card + `}}`:          card,
		`{"card":` + card + `}`:                                card,
		card:                                                   card,
		`{"type":"raw","data":` + card + `}`:                   card,
		`{"type":"template","data":{"template_id":"A"}}`:       `{"type":"template","data":{"template_id":"A"}}`,
		`{"header":{},"elements":[],"toast":{"content":"hi"}}`: `{"header":{},"elements":[]}`,
		`{"toast":{"content":"hi"}}`:                           "",
		`null`:                                                 "",
		`"done"`:                                               "",
		`{"statusCode":200,"body":"x"}`:                        "",
	} {
		synctest.Test(t, func(t *testing.T) {
			f, ctx := newFixture()
			lark := &recordedBodies{fixture: f}
			f.sender.HTTP = lark
			f.runOne(t, ctx, "1", `{"requestContext":{"requestId":"r","condition":"Success"},"requestPayload":{"app":"default","event":{"token":"c-1"}},"responsePayload":`+response+`}`)
			got := ""
			for _, body := range lark.bodies {
				var update struct{ Card json.RawMessage }
				if err := json.Unmarshal([]byte(body), &update); err != nil {
					t.Fatal(err)
				}
				got += string(update.Card)
			}
			if got != want {
				t.Errorf("%s: got the update %q, want %q", response, got, want)
			}
		})
	}
}

// The update of a marketplace app's card is made in the tenant of the click.
func TestHandlerReturnsACardOfAMarketplaceApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		f.sender.Apps = store.NewSettings(store.Documents{"shop": `{"app_id":"cli_m","app_secret":"s","domain":"http://lark.test","type":"marketplace"}`}, nil, time.Now)
		memory := store.NewMemory(time.Now)
		if err := memory.PutTicket(ctx, "cli_m", "ticket", time.Now()); err != nil {
			t.Fatal(err)
		}
		f.sender.Tokens = memory
		var got []string
		f.sender.HTTP = doer(func(r *http.Request) string {
			body, _ := io.ReadAll(r.Body) // then got is too short
			got = append(got, r.URL.Path+" "+string(body))
			return `{"code":0,"app_access_token":"a-1","tenant_access_token":"t-1","expire":7200}`
		})
		f.runOne(t, ctx, "1", `{"requestContext":{"requestId":"r","condition":"Success"},"requestPayload":{"app":"shop","header":{"tenant_key":"tk_1"},"event":{"token":"c-1"}},"responsePayload":{"elements":[]}}`)
		if len(got) != 3 || !strings.Contains(got[1], `"tenant_key":"tk_1"`) || !strings.HasSuffix(strings.Fields(got[2])[0], "/card/update") {
			t.Errorf("got the calls %q, want two for a token of tk_1 and the update", got)
		}
	})
}

// doer is a Lark that answers every call with what the function returns.
type doer func(*http.Request) string

func (d doer) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(d(r)))}, nil
}

// recordedBodies is a Lark that records what updates of cards have.
type recordedBodies struct {
	*fixture
	bodies []string
}

func (r *recordedBodies) Do(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/card/update") {
		return r.fixture.Do(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.bodies = append(r.bodies, string(body))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"code":0}`))}, nil
}
