// Package local runs all of Larkbridge in one process on a developer's machine: the
// inbound endpoints, a bus and send, with memory in place of AWS.
//
// [Server] serves it. [Signer] makes the requests that Lark would post to it. Each
// thing that happens is shown as a [Step]. Package demo has example applications.
package local

import (
	"fmt"
	"time"
)

// The kinds of a [Step].
const (
	StepEvent = "event" // an authentic event came in
	StepBus   = "bus"   // it was published on the bus
	StepRule  = "rule"  // a rule matched it
	StepReply = "reply" // the reply to Lark
	StepLark  = "lark"  // a call to Lark and its answer
	StepAWS   = "aws"   // a call to AWS, which the local run only shows
	StepSend  = "send"  // the outcome of a request to send
	StepClick = "click" // a user of the stand-in clicked a card
	StepCard  = "card"  // what the users then see
	StepLog   = "log"   // a line that own code printed
	StepNote  = "note"  // another failure
)

// Step is one thing that happened, for a person to read. It shows no secret.
type Step struct {
	Time    time.Time
	Kind    string
	Subject string
	Note    string
	Failed  bool
	// Group is the id of the event that the step belongs to or, without an event, of
	// the request; "" for none.
	Group string
	// Data is what happened in full: an [Inbound], a [bus.Entry], a [send.Outcome], a
	// [larktest.RecordedCall], a [WorkflowCall], or nil.
	Data any
}

// millis formats a duration, such as 0.2 ms.
func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
