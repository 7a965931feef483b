package send

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/notice"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// destination reads the record of an asynchronous invocation of a function:
//
//   - a failure of this function is what that invocation was to do, under the
//     ids that it had, so that what was done is not done again;
//   - what a card's handler returned is the delayed update of the card, or
//     nothing;
//   - what another function returned may be a request;
//   - everything else is a notice.
func (s *Sender) destination(doc []byte, from origin) []job {
	var record cloud.DestinationRecord
	if err := json.Unmarshal(doc, &record); err != nil {
		return from.fail(err)
	}
	from = from.by("destination", record.Context.RequestID)
	if record.Failed() && from.function != "" && functionName(record.Context.FunctionARN) == functionName(from.function) {
		from.depth++
		return s.jobs(record.Payload, from)
	}
	if !record.Failed() {
		if c := clickOf(record.Payload); c.Event.Token != "" {
			return c.update(record.Response, from)
		}
		response := record.Response
		if text, ok := unquoted(response); ok {
			response = text
		}
		if o, ok := readObject(response); ok && o.isRequest() {
			return from.requests(response)
		}
	}
	return from.one(s.card(notice.Invocation(record)))
}

// functionName returns the name in a function's ARN, which may end in a
// version.
func functionName(arn string) string {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// click is the detail of an event on the bus, as far as a request that is made
// of it needs it. Only a click on a card has a token.
type click struct {
	App     string `json:"app"`
	TraceID text   `json:"trace_id"`
	Header  struct {
		EventID    text `json:"event_id"`
		TenantKey  text `json:"tenant_key"`
		CreateTime text `json:"create_time"` // of a click: microseconds
	} `json:"header"`
	Event struct {
		Token   text `json:"token"`
		Context struct {
			OpenMessageID text `json:"open_message_id"`
		} `json:"context"`
	} `json:"event"`
}

// text is a string. A value of another kind counts as none.
type text string

func (t *text) UnmarshalJSON(doc []byte) error {
	var s string
	if json.Unmarshal(doc, &s) == nil {
		*t = text(s)
	}
	return nil
}

// clickOf reads the detail, or the event around it when a rule invoked a
// handler. What is of another shape is empty.
func clickOf(doc []byte) click {
	var event struct {
		click
		Detail click `json:"detail"`
	}
	if json.Unmarshal(doc, &event) != nil {
		return click{}
	}
	if event.Event.Token == "" && event.Detail.Event.Token != "" {
		return event.Detail
	}
	return event.click
}

// correlation makes the event the reason for what is sent. Ids that a request
// must not have are left out, so that it is not refused for them.
func (c click) correlation() request.Correlation {
	return request.Correlation{TraceID: string(c.TraceID), CorrelationID: string(c.Header.EventID)}.Valid()
}

// clickReplyWindow is how long after a click Lark rejects updates: it waits 3 s
// for the callback's reply.
const clickReplyWindow = 4 * time.Second

// update makes the delayed update of a card from what its handler returned: a
// reply or a card itself. Without a card in it there is nothing to do.
func (c click) update(response []byte, from origin) []job {
	var answer struct {
		Card request.Object `json:"card"`
	}
	_ = json.Unmarshal(response, &answer) // another shape has no field card
	if answer.Card == nil {
		reply, err := lark.ParseCardReply(response)
		if err != nil || reply.Card == nil {
			return nil
		}
		if answer.Card, err = json.Marshal(reply.Card); err != nil {
			return from.fail(fmt.Errorf("reading the handler's card: %w", err))
		}
	}
	req := &request.Request{App: c.App, TenantKey: string(c.Header.TenantKey), Correlation: c.correlation(), UpdateCard: &request.UpdateCard{
		Token: string(c.Event.Token), Card: answer.Card,
		MessageID: string(c.Event.Context.OpenMessageID), // for when the token has ended
	}}
	if micros, err := strconv.ParseInt(string(c.Header.CreateTime), 10, 64); err == nil {
		req.NotBefore = request.Time(time.UnixMicro(micros).Add(clickReplyWindow))
	}
	if err := req.Check(); err != nil {
		return from.fail(err)
	}
	return from.one(req)
}
