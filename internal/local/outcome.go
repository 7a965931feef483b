package local

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/send"
)

// showOutcome returns an observer that shows the problems of a request, then the
// reply to Lark and the reason for it.
func showOutcome(show func(Step), now func() time.Time) gateway.Observer {
	return func(ctx context.Context, o gateway.Outcome) {
		now := now()
		for _, p := range o.Problems {
			show(Step{Time: now, Kind: StepNote, Subject: p.Message, Note: fmt.Sprint(p.Err), Failed: true})
		}
		step := Step{
			Time: now, Kind: StepReply, Subject: fmt.Sprint(o.Status, " ", o.Result), Failed: o.Status != http.StatusOK,
		}
		var notes []string
		if o.Result != gateway.Published && o.Event != nil {
			notes = append(notes, o.Event.Type)
		}
		if o.Err != nil {
			notes = append(notes, o.Err.Error())
		}
		if info, ok := requestInfoOf(ctx); ok {
			notes = append(notes, "("+millis(now.Sub(info.start))+")")
		}
		step.Note = strings.Join(notes, " ")
		show(step)
	}
}

// sendStep returns the step for the outcome of a request to send.
func sendStep(now time.Time, o send.Outcome) Step {
	step := Step{Time: now, Kind: StepSend, Subject: "done", Note: fmt.Sprintf("(%d ms)", o.Duration.Milliseconds())}
	if o.Replayed {
		step.Subject = "done before"
	}
	if o.Error != nil {
		step.Failed, step.Subject, step.Note = true, string(o.Error.Kind), o.Error.Msg
	}
	return step
}
