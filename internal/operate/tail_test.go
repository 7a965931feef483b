package operate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// tailAWS is EventBridge and SQS in memory, with one event. One of the calls fails, either
// before or after it is carried out.
type tailAWS struct {
	calls  []string
	fail   int  // the number of the call that fails, from 1; 0 for none
	after  bool // whether it is carried out all the same
	rule   string
	target bool
	queue  string
	policy string
	sent   bool   // whether the event was received
	stop   func() // called when there is nothing more to receive
}

var errLost = errors.New("the connection is lost")

// call does something, unless this is the call that fails.
func (a *tailAWS) call(name string, do func() error) error {
	a.calls = append(a.calls, name)
	if len(a.calls) != a.fail {
		return do()
	}
	if a.after {
		_ = do() // the answer is lost, the error too
	}
	return errLost
}

func (a *tailAWS) PutRule(_ context.Context, in *eventbridge.PutRuleInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error) {
	return &eventbridge.PutRuleOutput{RuleArn: aws.String("arn:rule")}, a.call("PutRule", func() error { a.rule = *in.Name; return nil })
}

func (a *tailAWS) PutTargets(context.Context, *eventbridge.PutTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error) {
	return &eventbridge.PutTargetsOutput{}, a.call("PutTargets", func() error { a.target = true; return nil })
}

func (a *tailAWS) RemoveTargets(context.Context, *eventbridge.RemoveTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error) {
	return &eventbridge.RemoveTargetsOutput{}, a.call("RemoveTargets", func() error { a.target = false; return nil })
}

func (a *tailAWS) DeleteRule(context.Context, *eventbridge.DeleteRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error) {
	return &eventbridge.DeleteRuleOutput{}, a.call("DeleteRule", func() error {
		switch {
		case a.rule == "":
			return &ebtypes.ResourceNotFoundException{}
		case a.target:
			return refusal("ValidationException") // a rule with targets cannot be deleted
		}
		a.rule = ""
		return nil
	})
}

func (a *tailAWS) CreateQueue(_ context.Context, in *sqs.CreateQueueInput, _ ...func(*sqs.Options)) (*sqs.CreateQueueOutput, error) {
	return &sqs.CreateQueueOutput{QueueUrl: in.QueueName}, a.call("CreateQueue", func() error { a.queue = *in.QueueName; return nil })
}

func (a *tailAWS) GetQueueUrl(_ context.Context, in *sqs.GetQueueUrlInput, _ ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error) {
	return &sqs.GetQueueUrlOutput{QueueUrl: in.QueueName}, a.call("GetQueueUrl", a.exists)
}

func (a *tailAWS) exists() error {
	if a.queue == "" {
		return &types.QueueDoesNotExist{}
	}
	return nil
}

func (a *tailAWS) GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	return &sqs.GetQueueAttributesOutput{Attributes: map[string]string{"QueueArn": "arn:queue"}}, a.call("GetQueueAttributes", a.exists)
}

func (a *tailAWS) SetQueueAttributes(_ context.Context, in *sqs.SetQueueAttributesInput, _ ...func(*sqs.Options)) (*sqs.SetQueueAttributesOutput, error) {
	return &sqs.SetQueueAttributesOutput{}, a.call("SetQueueAttributes", func() error { a.policy = in.Attributes["Policy"]; return nil })
}

// ReceiveMessage returns the event once, and then the user stops.
func (a *tailAWS) ReceiveMessage(ctx context.Context, _ *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	out := &sqs.ReceiveMessageOutput{}
	return out, a.call("ReceiveMessage", func() error {
		if a.sent {
			a.stop()
			return ctx.Err()
		}
		a.sent, out.Messages = true, []types.Message{message("1", `{"detail-type":"x"}`)}
		return nil
	})
}

func (a *tailAWS) DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	return &sqs.DeleteMessageOutput{}, a.call("DeleteMessage", func() error { return nil })
}

func (a *tailAWS) DeleteQueue(context.Context, *sqs.DeleteQueueInput, ...func(*sqs.Options)) (*sqs.DeleteQueueOutput, error) {
	return &sqs.DeleteQueueOutput{}, a.call("DeleteQueue", func() error { a.queue = ""; return nil })
}

func TestTail(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a := &tailAWS{stop: cancel}
	var shown []string
	tail := operate.Tail{
		Stack: "larkbridge", Events: a, Queues: a, Ready: func() {},
		Show: func(event json.RawMessage) error { shown = append(shown, string(event)); return nil },
	}
	if err := tail.Follow(ctx); err != nil || !slices.Equal(shown, []string{`{"detail-type":"x"}`}) {
		t.Errorf("got %v and the events %q, want no error and one event", err, shown)
	}
	if a.rule != "" || a.queue != "" {
		t.Errorf("got the rule %q and the queue %q left, want none", a.rule, a.queue)
	}
	if want := `"Condition":{"ArnEquals":{"aws:SourceArn":"arn:rule"}}`; !strings.Contains(a.policy, want) || !strings.Contains(a.policy, `"Resource":"arn:queue"`) {
		t.Errorf("got the policy %s, want that only the rule may send to the queue", a.policy)
	}
}

// Whichever call fails, and whether or not it is carried out, there is neither a rule nor
// a queue left, or the error names it.
func TestTailLeavesNothing(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			ctx, cancel := context.WithCancel(t.Context())
			a := &tailAWS{fail: n, after: after, stop: cancel}
			tail := operate.Tail{
				Stack: "larkbridge", Events: a, Queues: a, Ready: func() {}, Show: func(json.RawMessage) error { return nil },
			}
			err := tail.Follow(ctx)
			cancel()
			if n > len(a.calls) {
				if err != nil || !slices.Contains(a.calls, "DeleteQueue") {
					t.Errorf("without a fault: got %v and the calls %q, want no error and all calls", err, a.calls)
				}
				break
			}
			failed := fmt.Sprintf("%s, call %d, carried out %v", a.calls[n-1], n, after)
			text := fmt.Sprint(err)
			if a.rule != "" && !strings.Contains(text, "the rule "+a.rule+" of the bus larkbridge may be left") {
				t.Errorf("%s: got a rule left and %v, want its name", failed, err)
			}
			if a.queue != "" && !strings.Contains(text, "the queue "+a.queue+" may be left") {
				t.Errorf("%s: got a queue left and %v, want its name", failed, err)
			}
		}
	}
}
