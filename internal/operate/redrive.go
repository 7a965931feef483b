package operate

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Redrive moves all dead letters back into their queues, where they are tried
// again. It may be repeated at any time: a move that is running goes on, and send
// does no request twice, because a message keeps its id.
func (l *DeadLetters) Redrive(ctx context.Context) (Redrives, error) {
	var all Redrives
	for _, pair := range l.Stack.QueuePairs() {
		dead, err := l.find(ctx, pair.Dead)
		if err != nil {
			return all, err
		}
		if dead.waiting+dead.inWork == 0 {
			all = append(all, Redrive{Queue: pair.Dead, State: redriveEmpty})
			continue
		}
		work, err := l.find(ctx, pair.Work)
		if err != nil {
			return all, err
		}
		moved, err := l.move(ctx, dead, work)
		if err != nil {
			return all, err
		}
		all = append(all, moved)
	}
	return all, nil
}

// Redrive is what became of the dead letters of a queue.
type Redrive struct {
	Queue string `json:"queue"`
	State string `json:"state"` // "empty", "started" or "running"
	// Moved of Messages are in the queue To already. SQS only counts approximately.
	Moved    int64  `json:"moved"`
	Messages int64  `json:"messages"`
	To       string `json:"to,omitempty"`
}

// The states of a [Redrive].
const (
	redriveEmpty   = "empty"
	redriveStarted = "started"
	redriveRunning = "running"
)

// Redrives are what became of the dead letters of a stack.
type Redrives []Redrive

// Write writes one line for each queue.
func (r Redrives) Write(w io.Writer) {
	for _, q := range r {
		about := "nothing to do"
		switch q.State {
		case redriveStarted:
			about = fmt.Sprintf("about %d messages are moving to %s", q.Messages, q.To)
		case redriveRunning:
			about = fmt.Sprintf("already moving: %d of %d", q.Moved, q.Messages)
		}
		fmt.Fprintf(w, "%-28s  %s\n", q.Queue, about)
	}
}

// move has SQS move a queue's messages. It names the destination, because SQS knows
// none for messages that come from EventBridge or Lambda.
func (l *DeadLetters) move(ctx context.Context, dead, work queue) (Redrive, error) {
	_, err := l.Queues.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &dead.arn, DestinationArn: &work.arn})
	if err == nil {
		return Redrive{Queue: dead.name, State: redriveStarted, Messages: int64(dead.waiting), To: work.name}, nil
	}
	// SQS has one error for every reason, so this asks whether a move is running.
	tasks, listErr := l.Queues.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &dead.arn, MaxResults: aws.Int32(1)})
	if listErr == nil && len(tasks.Results) > 0 && text(tasks.Results[0].Status) == "RUNNING" {
		t := tasks.Results[0]
		return Redrive{Queue: dead.name, State: redriveRunning, Moved: t.ApproximateNumberOfMessagesMoved, Messages: aws.ToInt64(t.ApproximateNumberOfMessagesToMove), To: work.name}, nil
	}
	return Redrive{}, fmt.Errorf("queue %s: starting the move: %s%s", dead.name, reason(err),
		needs(err, "sqs:StartMessageMoveTask, ReceiveMessage, DeleteMessage and GetQueueAttributes on it, and sqs:SendMessage on "+work.name))
}
