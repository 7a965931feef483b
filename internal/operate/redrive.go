package operate

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Redrive puts all dead letters back into the queues that they are of, to be
// tried again. It may be repeated at any time: what is under way already stays
// so, and send knows what it has done, by the ids that the letters have.
func (l *DeadLetters) Redrive(ctx context.Context) error {
	for _, line := range l.Stack.Lines() {
		dead, err := l.find(ctx, line.Dead)
		if err != nil {
			return err
		}
		if dead.waiting+dead.inWork == 0 {
			fmt.Fprintf(l.Out, "%-28s  nothing to do\n", line.Dead)
			continue
		}
		home, err := l.find(ctx, line.Work)
		if err != nil {
			return err
		}
		if err := l.move(ctx, dead, home); err != nil {
			return err
		}
	}
	return nil
}

// move has SQS move a queue's messages. The destination is named, because SQS
// finds none for what EventBridge could not deliver or Lambda not invoke.
func (l *DeadLetters) move(ctx context.Context, dead, home queue) error {
	_, err := l.Queues.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: &home.arn})
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
