package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/cases"
	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Each case that needs a handler that is linked in holds. functions/event runs all
// the others.
func TestLinkedCases(t *testing.T) {
	n := 0
	for _, c := range cases.Inbound(t) {
		if c.How != "unit" {
			continue
		}
		n++
		t.Run(c.ID, func(t *testing.T) {
			w := newFixture(t)
			w.clock = time.Now()
			settings, err := json.Marshal(c.Given.Settings("default", ""))
			if err != nil {
				t.Fatal(err)
			}
			w.docs["default"] = string(settings)
			o := &cases.Outcome{}
			w.Cards = gateway.Linked(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
				o.HandlerRuns++
				if c.Want.Bind != nil {
					var value any
					if err := click.Action.Bind(&value); err != nil {
						t.Error(err)
					}
					got, err := json.Marshal(value)
					if problem := casefile.Match(c.Want.Bind, got); err != nil || problem != "" {
						t.Errorf("Bind gave %s, %v: %s", got, err, problem)
					}
				}
				return lark.ParseCardReply(c.Given.Handler.Returns)
			}))
			for _, p := range c.Given.All() {
				r, err := c.Given.Request(p, w.clock)
				if err != nil {
					t.Fatal(err)
				}
				in := httptest.NewRequest("POST", r.Path, bytes.NewReader(r.Body))
				in.Header = r.Header
				out := httptest.NewRecorder()
				w.ServeHTTP(out, in)
				o.Requests = append(o.Requests, r)
				o.Replies = append(o.Replies, cases.Reply{Status: out.Code, Header: out.Header(), Body: out.Body.Bytes()})
			}
			for _, e := range w.bus.Entries() {
				o.Entries = append(o.Entries, fakeaws.Entry{EventBusName: "bus", Source: e.Source, DetailType: e.DetailType, Resources: e.Resources, Detail: string(e.Detail)})
			}
			for _, fault := range c.Check(o) {
				t.Error(c.Why, fault)
			}
		})
	}
	if n != 9 {
		t.Errorf("got %d cases, want 9", n)
	}
}
