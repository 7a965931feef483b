package local

import (
	"cmp"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/send"
)

// sendStep returns the step for the outcome of a request to send.
func sendStep(now time.Time, o send.Outcome) Step {
	step := Step{
		Time: now, Kind: StepSend, Subject: "done", Note: fmt.Sprintf("(%d ms)", o.Duration.Milliseconds()),
		Group: cmp.Or(o.CorrelationID, o.ID), Data: o,
	}
	if o.Replayed {
		step.Subject = "done before"
	}
	if o.Error != nil {
		step.Failed, step.Subject, step.Note = true, string(o.Error.Kind), o.Error.Msg
	}
	return step
}
