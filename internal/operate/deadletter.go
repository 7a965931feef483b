package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// DeadLetter is a request that send gave up, without its secrets.
type DeadLetter struct {
	ID     string    `json:"id"`
	Sent   time.Time `json:"sent,omitzero"`
	Group  string    `json:"group,omitempty"`
	Reason string    `json:"reason"`
	Body   string    `json:"body"`
}

// ShownQueue is a dead-letter queue with some of its messages.
type ShownQueue struct {
	Queue    string       `json:"queue"`
	Count    int          `json:"count"`
	Messages []DeadLetter `json:"messages"`
}

// ShownQueues are the dead-letter queues of a stack.
type ShownQueues []ShownQueue

// maxBody is how many bytes of a body are shown as text at most.
const maxBody = 2000

// Write writes the queues and their messages as text.
func (s ShownQueues) Write(w io.Writer) {
	for _, q := range s {
		fmt.Fprintf(w, "%s: %d dead\n", q.Queue, q.Count)
		for _, m := range q.Messages {
			at := "at an unknown time"
			if !m.Sent.IsZero() {
				at = m.Sent.Format(time.RFC3339)
			}
			fmt.Fprintf(w, "  message  %s, sent %s\n", printable.Text(m.ID), at)
			if m.Group != "" {
				fmt.Fprintf(w, "  group    %s\n", printable.Text(m.Group))
			}
			fmt.Fprintf(w, "  reason   %s\n  body     %s\n\n", printable.Text(m.Reason), cut(printable.Text(m.Body), maxBody))
		}
	}
}

// cut returns the first n bytes of a longer text, or one byte to three less if a
// character would be cut.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return fmt.Sprintf("%s … (%d bytes)", text[:n], len(text))
}

// Show returns up to n dead letters of each queue.
func (l *DeadLetters) Show(ctx context.Context, n int) (ShownQueues, error) {
	if n < 1 {
		return nil, errors.New("the number of dead letters to show must be at least 1")
	}
	var all ShownQueues
	for _, pair := range l.Stack.QueuePairs() {
		q, err := l.find(ctx, pair.Dead)
		if err != nil {
			return nil, err
		}
		shown := ShownQueue{Queue: pair.Dead, Count: q.waiting + q.inWork, Messages: []DeadLetter{}}
		if q.waiting > 0 {
			seen, err := l.receive(ctx, q, min(n, q.waiting))
			if err != nil {
				return nil, err
			}
			l.release(ctx, q, seen)
			for _, m := range seen {
				shown.Messages = append(shown.Messages, DeadLetter{
					ID: text(m.MessageId), Sent: sent(m), Reason: l.why(m), Body: mask(text(m.Body)),
					Group: m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)],
				})
			}
		}
		all = append(all, shown)
	}
	return all, nil
}

// why returns why a message is a dead letter. EventBridge says it in attributes,
// Lambda in a record; SQS only sets the name of the source queue.
func (l *DeadLetters) why(m types.Message) string {
	if code := attribute(m, "ERROR_CODE"); code != "" {
		return fmt.Sprintf("EventBridge could not deliver it: %s: %s", code, mask(attribute(m, "ERROR_MESSAGE")))
	}
	if r, ok := failedInvocation(m); ok {
		kind, message := r.FunctionError()
		return fmt.Sprintf("the invocation failed (%s, %d times): %s: %s", r.Context.Condition, r.Context.Attempts, kind, mask(message))
	}
	if source := m.Attributes[string(types.MessageSystemAttributeNameDeadLetterQueueSourceArn)]; source != "" {
		name := source[strings.LastIndex(source, ":")+1:]
		return fmt.Sprintf("every delivery from %s failed: the log group %s says why, by the message's id", name, l.Stack.LogGroup("send"))
	}
	return "not known: see the log group " + l.Stack.LogGroup("send")
}

func attribute(m types.Message, name string) string {
	return text(m.MessageAttributes[name].StringValue)
}

// failedInvocation reads a message as the record of an invocation that failed.
func failedInvocation(m types.Message) (cloud.DestinationRecord, bool) {
	var r cloud.DestinationRecord
	err := json.Unmarshal([]byte(text(m.Body)), &r)
	return r, err == nil && r.Payload != nil && r.Context.Condition != "" && r.Failed()
}
