package send

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Lambda is the handler of the function. Each source gets what it expects:
//
//   - a queue gets the messages that should come again;
//   - SNS, EventBridge, alarms and destinations, which do not wait, get an
//     error only if Lambda should repeat the invocation;
//   - an AgentCore Gateway and an agent of Bedrock get the result of a tool;
//   - everybody else gets a [Response], or the error of a single request.
func (s *Sender) Lambda(ctx context.Context, payload json.RawMessage) (any, error) {
	from := origin{source: "invoke", end: budgetEnd(ctx)}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		from.id, from.function = lc.AwsRequestID, lc.InvokedFunctionArn
		if tool := toolName(lc); tool != "" {
			return s.runGateway(ctx, from, tool, payload), nil
		}
	}
	if a, ok := readAction(payload); ok {
		return s.runAction(ctx, from, a)
	}
	if messages := queueMessages(payload); messages != nil {
		return s.runQueue(ctx, from, messages), nil
	}
	return s.runAll(ctx, s.jobs(payload, from))
}

// Response is the output of an invocation. It marshals as the result of a
// single request, and else as a list under "results".
type Response struct {
	Results []Result

	single bool
}

// MarshalJSON writes the output.
func (r Response) MarshalJSON() ([]byte, error) {
	if r.single {
		return json.Marshal(r.Results[0])
	}
	return json.Marshal(map[string][]Result{"results": r.Results})
}

// maxOutput is the size in bytes of an output that Lambda takes, which is 6 MB
// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), less some
// room.
const maxOutput = 6_000_000

// runAll carries out jobs one after the other. Its error is that of the single
// request of a caller who waits, unless the request asks for it as output. Of
// callers who do not wait it is the error of a request that should come again:
// by then, what was done is answered from its result.
func (s *Sender) runAll(ctx context.Context, jobs []job) (Response, error) {
	r := Response{Results: []Result{}, single: len(jobs) == 1 && !jobs[0].async && !jobs[0].listed}
	var failure *lark.Error
	size := 0
	for _, j := range jobs {
		var result Result
		if result, size = s.do(ctx, j).within(maxOutput, size); j.async && result.comesBack() || r.single && !result.OK && !result.asOutput {
			failure = result.Error
		}
		r.Results = append(r.Results, result)
	}
	if failure != nil {
		return Response{}, functionError(failure)
	}
	return r, nil
}
