package store_test

import (
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestTickets(t *testing.T) {
	type put struct {
		value  lark.Secret
		issued time.Duration // after the first
	}
	for _, tt := range []struct {
		name string
		puts []put
		want lark.Secret
	}{
		{"none yet", nil, ""},
		{"the first", []put{{"one", 0}}, "one"},
		{"the newest wins", []put{{"one", 0}, {"two", time.Hour}}, "two"},
		// Lark delivers again what we were slow to answer.
		{"an older one is ignored", []put{{"two", time.Hour}, {"one", 0}}, "two"},
		{"a millisecond is newer", []put{{"one", 0}, {"two", time.Millisecond}}, "two"},
		{"of the same moment the first stays", []put{{"one", 0}, {"two", 0}}, "one"},
		{"redelivered", []put{{"one", 0}, {"one", 0}}, "one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s implementation, c *clock) {
				first := c.now()
				for _, p := range tt.puts {
					if err := s.PutTicket(t.Context(), "cli_a", p.value, first.Add(p.issued)); err != nil {
						t.Fatal(err)
					}
				}
				// Lark documents no end of a ticket's life, so we set none.
				c.add(1000 * time.Hour)
				for app, want := range map[string]lark.Secret{"cli_a": tt.want, "cli_b": ""} {
					if got, err := s.Ticket(t.Context(), app); err != nil || got != want {
						t.Errorf("%s: got %q, %v; want %q", app, got.Reveal(), err, want.Reveal())
					}
				}
			})
		})
	}
}
