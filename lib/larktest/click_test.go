package larktest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func (b *bench) update(token string, card object) reply {
	b.t.Helper()
	return b.post("/open-apis/interactive/v1/card/update", object{"token": token, "card": card})
}

func TestDelayedUpdate(t *testing.T) {
	b := newBench(t)
	id := b.sendRaw("oc_1", "interactive", sharedCard).want(0).data().string("message_id")
	token := b.Click(id, "ou_1")
	next := object{"schema": "2.0", "body": object{"elements": []any{}}}
	b.update(token, next).want(10002) // before the callback has its answer
	b.Answered(token)
	b.update(token, next).want(0)
	if c, _ := b.Card(id); string(c) != `{"body":{"elements":[]},"schema":"2.0"}` {
		t.Errorf("card: %s", c)
	}
	b.update(token, next).want(0)
	b.update(token, next).want(300040)
	if m, _ := b.Message(id); m.Updated != 2 || !slices.Equal(m.Clicks, []string{"ou_1"}) {
		t.Errorf("got %+v", m)
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
		{"in time", clickLife, good, 0},
		{"too late", clickLife + time.Second, good, 300030},
		{"exclusive card without users", 0, object{"elements": []any{}}, 300090},
		{"exclusive card", 0, object{"elements": []any{}, "open_ids": []string{"ou_1"}}, 0},
		{"no card", 0, nil, 10002},
		{"broken card", 0, object{"schema": "9"}, 11311},
		{"large card", 0, object{"elements": []any{strings.Repeat("x", maxCard)}}, 10002},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			token := b.Click("om_user", "ou_1")
			b.Answered(token)
			b.clock.advance(tt.after)
			b.update(token, tt.card).want(tt.code)
		})
	}
}

func TestDelayedUpdateOfTheWrongCard(t *testing.T) {
	b := newBench(t)
	good := object{"config": object{"update_multi": true}, "elements": []any{}}
	b.update("c-unknown", good).want(300020)
	id := b.sendRaw("oc_1", "interactive", sharedCard).want(0).data().string("message_id")
	token := b.Click(id, "ou_1")
	b.Answered(token)
	own := b.token
	b.token = b.tenantToken("cli_2", "s2")
	b.update(token, good).want(200310)
	b.token = own
	b.call("DELETE", "/open-apis/im/v1/messages/"+id, nil).want(0)
	b.update(token, good).want(200000)
}
