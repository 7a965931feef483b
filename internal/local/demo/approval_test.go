package demo_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const oldCard = "card.action.trigger_v1"

func TestApprovalDecides(t *testing.T) {
	for _, style := range []string{lark.TypeCardAction, oldCard} {
		for value, done := range map[string]string{`{"action":"approve"}`: "Approved", `{"action":"reject"}`: "Rejected"} {
			inFixture(t, func(t *testing.T, f *fixture) {
				click, callback := f.click(style, value)
				if before := f.message(click.MessageID); !before.HasButtons() {
					t.Fatalf("the card is %s", before.Content)
				}
				status, reply := f.do(callback())
				m := f.message(click.MessageID)
				if status != 200 || !strings.Contains(reply, `"content":"`+done+`."`) || !same(t, cardOf(t, reply), m.Content) {
					t.Errorf("%s: got %d %s, the card is %s, want 200, the toast %s and the same card", style, status, reply, m.Content, done)
				}
				if m.HasButtons() || m.Updated != 1 || m.Toast.Content != done+"." || !strings.Contains(m.Content, click.OpenID) {
					t.Errorf("%s: the message is %+v", style, m)
				}
				if shown := f.shown(local.StepCard); len(shown) != 2 || !strings.Contains(shown[1], `the card is now "`+done+": ") {
					t.Errorf("shown: %q", shown)
				}
			})
		}
	}
}

// cardOf is the card of a reply of either style.
func cardOf(t *testing.T, reply string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	var card struct{ Data json.RawMessage }
	if err := json.Unmarshal([]byte(reply), &fields); err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(fields["card"], &card) == nil {
		return string(card.Data)
	}
	delete(fields, "toast")
	doc, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// same compares JSON.
func same(t *testing.T, a, b string) bool {
	t.Helper()
	var values [2]any
	for i, doc := range []string{a, b} {
		if err := json.Unmarshal([]byte(doc), &values[i]); err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
	}
	one, _ := json.Marshal(values[0]) // sorted
	two, _ := json.Marshal(values[1])
	return string(one) == string(two)
}

// The same delivery again gets the same answer, and nothing happens twice.
func TestApprovalOfADeliveryTwice(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		click, callback := f.click(lark.TypeCardAction, `{"action":"approve"}`)
		_, first := f.do(callback())
		status, second := f.do(callback())
		if status != 200 || first != second {
			t.Errorf("got %s, then %d %s, want 200 and the same reply twice", first, status, second)
		}
		_, events := f.ask("GET", "/api/events", "")
		if m := f.message(click.MessageID); m.Updated != 1 || strings.Count(events, `"detail-type":"card.action.trigger"`) != 1 {
			t.Errorf("the message is %+v, the events are %s", m, events)
		}
	})
}

// Of two people who click the same card, the first decides.
func TestApprovalTakesTheFirst(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		click, one := f.click(lark.TypeCardAction, `{"action":"reject"}`)
		_, two := f.click(lark.TypeCardAction, `{"action":"approve","how":"slowly"}`)
		f.do(one())
		_, reply := f.do(two())
		f.approval.Wait()
		if m := f.message(click.MessageID); !strings.Contains(reply, "decided already") || m.Updated != 1 || !strings.Contains(m.Content, "Rejected") {
			t.Errorf("got %s, the message is %+v, want that it is decided already, and one update", reply, m)
		}
	})
}

func TestApprovalKnowsItsOwnCardsOnly(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		click, callback := f.click(lark.TypeCardAction, `{"action":"dance"}`)
		if status, reply := f.do(callback()); status != 200 || reply != "{}" {
			t.Errorf("another value: got %d %s, want 200 {}", status, reply)
		}
		for _, eventType := range []string{lark.TypeCardAction, oldCard, lark.TypeURLPreview} {
			req, err := f.signer.Request(t.Context(), "http://localhost/card", eventType, local.Edit{}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if status, reply := f.do(req); status != 200 || reply != "{}" {
				t.Errorf("the sample of %s: got %d %s, want 200 {}", eventType, status, reply)
			}
		}
		f.approval.Wait()
		if m := f.message(click.MessageID); m.Updated != 0 || !m.HasButtons() || len(f.updates()) != 0 {
			t.Errorf("the message is %+v", m)
		}
		if shown := f.shown(local.StepCard); len(shown) != 2 || shown[1] != "answered: nothing changes" {
			t.Errorf("shown: %q", shown)
		}
	})
}
