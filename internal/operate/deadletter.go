package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/larkbridge/larkbridge/lib/cloud"
)

// Show writes up to n dead letters of each queue: the request without its secrets,
// and why it failed.
func (l *DeadLetters) Show(ctx context.Context, n int) error {
	if n < 1 {
		return errors.New("n must be at least 1")
	}
	for _, pair := range l.Stack.QueuePairs() {
		q, err := l.find(ctx, pair.Dead)
		if err != nil {
			return err
		}
		fmt.Fprintf(l.Out, "%s: %d dead\n", pair.Dead, q.waiting+q.inWork)
		if q.waiting == 0 {
			continue
		}
		seen, err := l.receive(ctx, q, min(n, q.waiting))
		if err != nil {
			return err
		}
		l.release(ctx, q, seen)
		for _, m := range seen {
			l.write(m)
		}
	}
	return nil
}

// maxBody is how many bytes of a body are shown at most.
const maxBody = 2000

func (l *DeadLetters) write(m types.Message) {
	at := "at an unknown time"
	if t := sent(m); !t.IsZero() {
		at = t.Format(time.RFC3339)
	}
	body := mask(text(m.Body))
	if len(body) > maxBody {
		cut := maxBody
		for !utf8.RuneStart(body[cut]) {
			cut--
		}
		body = fmt.Sprintf("%s … (%d bytes)", body[:cut], len(body))
	}
	fmt.Fprintf(l.Out, "  message  %s, sent %s\n", plain(text(m.MessageId)), at)
	if group := m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)]; group != "" {
		fmt.Fprintf(l.Out, "  group    %s\n", plain(group))
	}
	fmt.Fprintf(l.Out, "  reason   %s\n  body     %s\n\n", plain(l.why(m)), body)
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
