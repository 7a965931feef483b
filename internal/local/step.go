package local

import (
	"context"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The kinds of a [Step].
const (
	StepEvent = "event" // an authentic event came in
	StepBus   = "bus"   // it went on the bus
	StepRule  = "rule"  // a rule took it from there
	StepReply = "reply" // what Lark got for it
	StepLark  = "lark"  // a call to Lark and its answer
	StepSend  = "send"  // the outcome of a request to send
	StepClick = "click" // a user of the stand-in clicked a card
	StepCard  = "card"  // what the users see of it
	StepNote  = "note"  // something else that went wrong
)

// Step is one thing that happened, for a person to read. It holds no secret.
type Step struct {
	Time    time.Time
	Kind    string
	Subject string
	Note    string
	Failed  bool
}

// visit is what is known of an inbound request before it is looked at.
type visit struct {
	start     time.Time
	encrypted bool
	click     *lark.Secret // the update token, once the request is known as a click
}

type visitKey struct{}

func withVisit(ctx context.Context, v visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// visitOf returns the request that ctx serves, false outside of one.
func visitOf(ctx context.Context) (visit, bool) {
	v, ok := ctx.Value(visitKey{}).(visit)
	return v, ok
}

// millis writes a duration as 0.2 ms.
func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
