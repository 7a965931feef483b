package larktest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func (b *fixture) update(token string, card object) reply {
	b.t.Helper()
	return b.post("/open-apis/interactive/v1/card/update", object{"token": token, "card": card})
}

func TestDelayedUpdate(t *testing.T) {
	b := newFixture(t)
	id := b.sendCard(sharedCard)
	token := b.Click(id, "ou_1")
	next := object{"schema": "2.0", "body": object{"elements": []any{}}}
	b.update(token, next).want(10002) // before the callback has its answer
	b.Answered(token)
	b.update(token, next).want(0)
	if c, _ := b.Card(id); string(c) != `{"body":{"elements":[]},"schema":"2.0"}` {
		t.Errorf("got the card %s, want the one of the update", c)
	}
	b.update(token, next).want(0)
	b.update(token, next).want(300040)
	if m, _ := b.Message(id); m.Updated != 2 || !slices.Equal(m.Clicks, []string{"ou_1"}) {
		t.Errorf("got %+v, want two updates and one click by ou_1", m)
	}
}

func TestDelayedUpdateRefusals(t *testing.T) {
	good := object{"config": object{"update_multi": true}, "elements": []any{}}
	tests := []struct {
		name  string
		after time.Duration
		card  object
		code  int
	}{
		{"in time", 30 * time.Minute, good, 0},
		{"too late", 30*time.Minute + time.Second, good, 300030},
		{"exclusive card without users", 0, object{"elements": []any{}}, 300090},
		{"exclusive card", 0, object{"elements": []any{}, "open_ids": []string{"ou_1"}}, 0},
		{"no card", 0, nil, 10002},
		{"broken card", 0, object{"schema": "9"}, 11311},
		{"card over 30 KB", 0, object{"elements": []any{strings.Repeat("x", 30<<10)}}, 10002},
		{"card below 30 KB", 0, object{"config": object{"update_multi": true}, "elements": []any{strings.Repeat("x", 29<<10)}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			token := b.Click("om_user", "ou_1")
			b.Answered(token)
			b.clock.advance(tt.after)
			b.update(token, tt.card).want(tt.code)
		})
	}
}

func TestDelayedUpdateOfTheWrongCard(t *testing.T) {
	b := newFixture(t)
	good := object{"config": object{"update_multi": true}, "elements": []any{}}
	b.update("c-unknown", good).want(300020)
	id := b.sendCard(sharedCard)
	token := b.Click(id, "ou_1")
	b.Answered(token)
	own := b.token
	b.token = b.tenantToken("cli_2", "s2")
	b.update(token, good).want(200310)
	b.token = own
	b.call("DELETE", "/open-apis/im/v1/messages/"+id, nil).want(0)
	b.update(token, good).want(200000)
}

const buttonCard = `{"schema":"2.0","body":{"elements":[{"tag":"column_set","columns":[{"tag":"column","elements":[{"tag":"button"}]}]}]}}`

// sendAndClick sends a card to a chat and has a user click it.
func (b *fixture) sendAndClick(card string) (id, token string) {
	b.t.Helper()
	id = b.sendCard(card)
	return id, b.Click(id, "ou_1")
}

func TestAnswer(t *testing.T) {
	const template = `{"type":"template","data":{"template_id":"AAq"}}`
	tests := []struct{ name, sent, answer, card, toast string }{
		{"nothing", buttonCard, `{}`, buttonCard, ""},
		{"null", buttonCard, `{"toast":null,"card":null}`, buttonCard, ""},
		{"toast", buttonCard, `{"toast":{"type":"info","content":"hi"}}`, buttonCard, "hi"},
		{"both", buttonCard, `{"toast":{"content":"hi"},"card":{"type":"raw","data":{"schema":"2.0","body":{}}}}`, `{"body":{},"schema":"2.0"}`, "hi"},
		{"template", buttonCard, `{"card":` + template + `}`, `{"data":{"template_id":"AAq"},"type":"template"}`, ""},
		{"old style", sharedCard, `{"elements":[],"toast":{"content":"hi"}}`, `{"elements":[]}`, "hi"},
		{"old style template", sharedCard, template, `{"data":{"template_id":"AAq"},"type":"template"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			id, token := b.sendAndClick(tt.sent)
			if err := b.Answer(token, []byte(tt.answer)); err != nil {
				t.Fatal(err)
			}
			card, _ := b.Card(id)
			m, _ := b.Message(id)
			if !sameJSON(t, string(card), tt.card) || m.Toast.Content != tt.toast || m.Updated > 1 {
				t.Errorf("got the card %s in %+v, want the card %s and the toast %q", card, m, tt.card, tt.toast)
			}
			b.update(token, object{"schema": "2.0", "body": object{}}).want(0)
		})
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	values := make([]any, 2)
	for i, doc := range []string{a, b} {
		if err := json.Unmarshal([]byte(doc), &values[i]); err != nil {
			t.Fatal(err)
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

func TestAnswerIsRefused(t *testing.T) {
	tests := []struct{ name, answer, code string }{
		{"no JSON", `hello`, "200672"},
		{"nothing at all", ``, "200672"},
		{"null", `null`, "200672"},
		{"list", `[]`, "200672"},
		{"large", `{"toast":{"content":"` + strings.Repeat("x", 30<<10) + `"}}`, "200672"},
		{"toast is a text", `{"toast":"hi"}`, "200672"},
		{"kind of toast", `{"toast":{"type":"loud"}}`, "200672"},
		{"a field beside the card", `{"card":{"type":"raw","data":{"schema":"2.0","body":{}}},"elements":[]}`, "200672"},
		{"card is a text", `{"card":"x"}`, "200672"},
		{"kind of card", `{"card":{"type":"card_json","data":{"schema":"2.0","body":{}}}}`, "200673"},
		{"card without data", `{"card":{"type":"raw"}}`, "200673"},
		{"broken card", `{"card":{"type":"raw","data":{"schema":"9"}}}`, "200673"},
		{"template without id", `{"card":{"type":"template","data":{}}}`, "200673"},
		{"another version", `{"card":{"type":"raw","data":{"elements":[]}}}`, "200673"},
		{"old style, another version", `{"elements":[]}`, "200673"},
		{"old style, no card", `{"hello":1}`, "200673"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			id, token := b.sendAndClick(buttonCard)
			if err := b.Answer(token, []byte(tt.answer)); err == nil || !strings.Contains(err.Error(), tt.code) {
				t.Errorf("got %v, want the code %s", err, tt.code)
			}
			if card, _ := b.Card(id); string(card) != buttonCard {
				t.Errorf("got the card %s, want no change", card)
			}
			b.update(token, object{"schema": "2.0", "body": object{}}).want(10002) // no answer yet
		})
	}
}

func TestAnswerCountsOnce(t *testing.T) {
	b := newFixture(t)
	id, token := b.sendAndClick(buttonCard)
	for _, answer := range []string{`{"toast":{"content":"one"}}`, `{"toast":{"content":"two"}}`, `no`} {
		if err := b.Answer(token, []byte(answer)); err != nil {
			t.Fatal(err)
		}
	}
	if m, _ := b.Message(id); m.Toast.Content != "one" {
		t.Errorf("got the toast %+v, want that of the first answer", m.Toast)
	}
	if err := b.Answer("c-unknown", []byte(`{}`)); err == nil || strings.Contains(err.Error(), "c-unknown") {
		t.Errorf("got %v, want an error without the token", err)
	}
}

func TestAnswerToARecalledCard(t *testing.T) {
	b := newFixture(t)
	id, token := b.sendAndClick(buttonCard)
	b.call("DELETE", "/open-apis/im/v1/messages/"+id, nil).want(0)
	if err := b.Answer(token, []byte(`{"card":{"type":"raw","data":{"schema":"2.0","body":{}}}}`)); err != nil {
		t.Fatal(err)
	}
	if card, _ := b.Card(id); string(card) != buttonCard {
		t.Errorf("got the card %s, want no change", card)
	}
}

func TestHasButtons(t *testing.T) {
	for content, want := range map[string]bool{
		buttonCard: true,
		`{"elements":[{"tag":"action","actions":[{"tag":"button"}]}]}`: true,
		sharedCard: false,
		`{`:        false,
	} {
		m := Message{MsgType: "interactive", Content: content}
		if got := m.HasButtons(); got != want {
			t.Errorf("%s: got %v, want %v", content, got, want)
		}
	}
	if m := (&Message{MsgType: "text", Content: buttonCard}); m.HasButtons() {
		t.Error("got buttons in a text, want none")
	}
}
