package local

import (
	"reflect"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

func TestSendStep(t *testing.T) {
	now := time.Unix(1, 0)
	for name, c := range map[string]struct {
		outcome send.Outcome
		want    Step
	}{
		"sent": {send.Outcome{Result: send.Result{OK: true}, Duration: 3 * time.Millisecond}, Step{Time: now, Kind: StepSend, Subject: "done", Note: "(3 ms)"}},
		"of an event": {send.Outcome{Correlation: request.Correlation{CorrelationID: "e1"}, ID: "r1", Result: send.Result{OK: true}},
			Step{Time: now, Kind: StepSend, Subject: "done", Note: "(0 ms)", Group: "e1"}},
		"sent before": {send.Outcome{ID: "r1", Result: send.Result{OK: true, Replayed: true}},
			Step{Time: now, Kind: StepSend, Subject: "done before", Note: "(0 ms)", Group: "r1"}},
		"not sent": {send.Outcome{Result: send.Result{Error: &lark.Error{Kind: lark.KindQuota, Msg: "no more"}}},
			Step{Time: now, Kind: StepSend, Subject: "quota", Note: "no more", Failed: true}},
	} {
		c.want.Data = c.outcome
		if got := sendStep(now, c.outcome); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
