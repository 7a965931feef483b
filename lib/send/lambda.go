package send

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/notice"
)

// Lambda is the handler. It tells the sources apart by the shape of the
// payload, and ends each as that source expects it:
//
//   - a queue gets back the messages that should come again;
//   - SNS, EventBridge, alarms and destinations, which invoke without waiting,
//     get an error only if Lambda should repeat the invocation;
//   - everybody else gets results, or an error with a type.
func (s *Sender) Lambda(ctx context.Context, payload json.RawMessage) (any, error) {
	var d shape
	if err := json.Unmarshal(payload, &d); err == nil {
		switch {
		case len(d.Records) > 0 && eventSource(d.Records[0]) == "aws:sqs":
			return s.queue(ctx, payload)
		case len(d.Records) > 0 && eventSource(d.Records[0]) == "aws:sns":
			return s.topic(ctx, payload)
		case d.DetailType != "" || d.RequestContext != nil || isNotice(payload):
			return s.without(ctx, s.jobs(payload, job{source: origin(d), id: d.ID}))
		}
	}
	return s.Invoke(ctx, requestID(ctx), payload)
}

// Invoke carries out a request, or several under "requests", for a caller who
// waits. id is the invocation's own, the same when Lambda repeats it.
//
// A single request that fails is an error, unless it asks for it as output; of
// several, the output tells of each.
func (s *Sender) Invoke(ctx context.Context, id string, payload []byte) (any, error) {
	var many struct {
		Requests []json.RawMessage `json:"requests"`
	}
	if strict(payload, &many) == nil && many.Requests != nil {
		results := []Result{}
		for _, j := range (job{source: "invoke", id: id}).each(many.Requests) {
			results = append(results, s.do(ctx, j))
		}
		return map[string][]Result{"results": results}, nil
	}
	result := s.do(ctx, job{doc: payload, source: "invoke", id: id})
	if result.OK || result.asOutput {
		return result, nil
	}
	return nil, functionError(result.Error)
}

// topic carries out what an SNS topic sends.
func (s *Sender) topic(ctx context.Context, payload []byte) (any, error) {
	var event events.SNSEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, functionError(&lark.Error{Kind: lark.KindValidation, Msg: "the SNS event cannot be read"})
	}
	return s.without(ctx, s.published(event, job{source: "sns"}))
}

// published are the requests of an SNS event.
func (s *Sender) published(event events.SNSEvent, j job) []job {
	var jobs []job
	for _, r := range event.Records {
		jobs = append(jobs, s.jobs(titled(r.SNS.Subject, r.SNS.Message), j.named(r.SNS.MessageID))...)
	}
	return jobs
}

// without carries out jobs of a caller who does not wait. What failed for good
// is on the bus; the rest should be invoked again: what was done by then is
// answered from its result.
func (s *Sender) without(ctx context.Context, jobs []job) (any, error) {
	var again *lark.Error
	results := []Result{}
	for _, j := range jobs {
		j.patient = true
		r := s.do(ctx, j)
		if r.retry() {
			again = r.Error
		}
		results = append(results, r)
	}
	if again != nil {
		return nil, functionError(again)
	}
	return map[string][]Result{"results": results}, nil
}

func eventSource(record json.RawMessage) string {
	var r struct{ EventSource string } // eventSource in SQS, EventSource in SNS
	_ = json.Unmarshal(record, &r)     // another shape has none
	return r.EventSource
}

// isNotice recognises what is shown as a card: the payload of an alarm action,
// a custom notification.
func isNotice(payload []byte) bool {
	_, ok := notice.Card(payload)
	return ok
}

func origin(d shape) string {
	switch {
	case d.RequestContext != nil:
		return "destination"
	case d.DetailType != "":
		return "eventbridge"
	}
	return "notice"
}

// functionARN is that of this function, "" outside Lambda.
func functionARN(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.InvokedFunctionArn
	}
	return ""
}

// requestID is the invocation's id, "" outside Lambda.
func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
