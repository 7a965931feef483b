package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// ErrLeft says that some dead letters could not be tried again.
var ErrLeft = errors.New("some requests are still dead: see what failed, and redrive again")

// Redrive tries all dead letters again. It may be repeated at any time: what is
// under way already stays so.
//
// A queue takes back its own messages. But the plain queue of dead letters also
// holds invocations that failed, as Lambda records them: the function is
// invoked anew with the payload of each, which has the ids by which it
// recognises what it has done already.
func (l *DeadLetters) Redrive(ctx context.Context) error {
	left := false
	for i, line := range l.Stack.Lines() {
		dead, err := l.find(ctx, line.Dead)
		if err != nil {
			return err
		}
		if dead.waiting+dead.inWork == 0 {
			fmt.Fprintf(l.Out, "%-28s  nothing to do\n", line.Dead)
			continue
		}
		if i == 0 { // Lambda does not write to the ordered one
			whole, err := l.reinvoke(ctx, dead)
			if err != nil {
				return err
			}
			if !whole {
				left = true
				continue // the queue would take the record of an invocation for a request
			}
		}
		home, err := l.find(ctx, line.Work)
		if err != nil {
			return err
		}
		if err := l.move(ctx, dead, home); err != nil {
			return err
		}
	}
	if left {
		return ErrLeft
	}
	return nil
}

// record is what Lambda writes of an invocation that failed for good.
type record struct {
	Context struct {
		Function  string `json:"functionArn"`
		Condition string `json:"condition"`
		Tries     int    `json:"approximateInvokeCount"`
	} `json:"requestContext"`
	Payload  json.RawMessage `json:"requestPayload"`
	Response struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	} `json:"responsePayload"`
}

// failedInvocation reads a message as a record of a function.
func failedInvocation(m types.Message, function string) (record, bool) {
	var r record
	if json.Unmarshal([]byte(text(m.Body)), &r) != nil || r.Payload == nil || r.Context.Condition == "Success" {
		return r, false
	}
	_, name, found := strings.Cut(r.Context.Function, ":function:")
	name, _, _ = strings.Cut(name, ":") // a version or an alias
	return r, found && name == function
}

// reinvoke looks at all messages and carries out the invocations among them.
// It says whether none of those is left.
func (l *DeadLetters) reinvoke(ctx context.Context, dead queue) (whole bool, err error) {
	seen, err := l.peek(ctx, dead, math.MaxInt32, work)
	if err != nil {
		return false, err
	}
	var others []types.Message
	done, failed := 0, 0
	for _, m := range seen {
		r, ok := failedInvocation(m, l.Stack.SendFunction())
		if !ok {
			others = append(others, m)
			continue
		}
		if err := l.again(ctx, dead, m, r); err != nil {
			fmt.Fprintf(l.Out, "%-28s  message %s: %s\n", dead.name, text(m.MessageId), plain(oneLine(err)))
			others = append(others, m)
			failed++
			continue
		}
		done++
	}
	l.restore(ctx, dead, others)
	if done > 0 {
		fmt.Fprintf(l.Out, "%-28s  failed invocations carried out: %d\n", dead.name, done)
	}
	return failed == 0, nil
}

// again invokes the function with a record's payload. The message goes only
// once that has succeeded.
func (l *DeadLetters) again(ctx context.Context, dead queue, m types.Message, r record) error {
	if _, err := l.Send.Invoke(ctx, l.Stack.SendFunction(), r.Payload); err != nil {
		return fmt.Errorf("invoking %s again: %w", l.Stack.SendFunction(), err)
	}
	if _, err := l.Queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &dead.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		return fmt.Errorf("it was carried out, but not deleted: %s", reason(err))
	}
	return nil
}

// move has SQS move a queue's messages. The destination is named, because SQS
// finds none for what EventBridge could not deliver.
func (l *DeadLetters) move(ctx context.Context, dead, home queue) error {
	dead, err := l.find(ctx, dead.name) // the invocations are gone now
	if err != nil || dead.waiting+dead.inWork == 0 {
		return err
	}
	_, err = l.Queues.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: &home.arn})
	if err == nil {
		fmt.Fprintf(l.Out, "%-28s  about %d messages are moving to %s\n", dead.name, dead.waiting, home.name)
		return nil
	}
	// SQS has one error for every reason, so ask whether it is this one.
	tasks, listErr := l.Queues.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &dead.arn, MaxResults: aws.Int32(1)})
	if listErr == nil && len(tasks.Results) > 0 && text(tasks.Results[0].Status) == "RUNNING" {
		t := tasks.Results[0]
		fmt.Fprintf(l.Out, "%-28s  already moving: %d of %d\n", dead.name, t.ApproximateNumberOfMessagesMoved, aws.ToInt64(t.ApproximateNumberOfMessagesToMove))
		return nil
	}
	return fmt.Errorf("queue %s: starting the move: %s%s", dead.name, reason(err),
		needs(err, "sqs:StartMessageMoveTask, ReceiveMessage, DeleteMessage and GetQueueAttributes on it, and sqs:SendMessage on "+home.name))
}
