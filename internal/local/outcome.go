package local

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
)

// showOutcome returns an observer that shows what Lark got for a request and
// why, and before that what went wrong besides.
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
		if v, ok := visitOf(ctx); ok {
			notes = append(notes, "("+millis(now.Sub(v.start))+")")
		}
		step.Note = strings.Join(notes, " ")
		show(step)
	}
}
