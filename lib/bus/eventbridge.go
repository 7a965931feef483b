package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/larkbridge/larkbridge/internal/wait"
)

// PutEvents is the part of the EventBridge client that [EventBridge] uses.
type PutEvents interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// EventBridge publishes on a custom bus.
type EventBridge struct {
	client PutEvents
	bus    string
}

// NewEventBridge publishes on the bus with the given name or ARN.
func NewEventBridge(client PutEvents, bus string) *EventBridge {
	return &EventBridge{client, bus}
}

const (
	firstPause = 50 * time.Millisecond
	attempts   = 4
	hedges     = 3 // concurrent calls
)

// Publish puts one entry on the bus. EventBridge can refuse an entry in a call
// that succeeds, so the entry's own error code is read. What is transient is
// tried again after a pause that doubles, as long as ctx allows.
//
// While an attempt has no answer, another one is made at the same time, so that one which
// hangs does not use all the time: after 0.9 s of the 2.2 s that an event has. If the bus
// is only slow, each further attempt puts a copy on it.
func (b *EventBridge) Publish(ctx context.Context, e Entry) (string, error) {
	in := &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: &b.bus,
		Source:       &e.Source,
		DetailType:   &e.DetailType,
		Detail:       aws.String(string(e.Detail)),
		Resources:    e.Resources,
	}}}
	if !e.Time.IsZero() {
		in.Entries[0].Time = &e.Time
	}
	pause := firstPause
	for attempt := 1; ; attempt++ {
		id, err := wait.Hedge(ctx, hedges, func(ctx context.Context) (string, error) { return b.put(ctx, in) })
		if err == nil {
			return id, nil
		}
		if attempt == attempts || !transient(err) || wait.Sleep(ctx, wait.Jitter(pause/2, 1)) != nil {
			return "", fmt.Errorf("putting the event on the bus: %w", err)
		}
		pause *= 2
	}
}

// entryError is an entry that EventBridge refused.
type entryError struct{ code, message string }

func (e *entryError) Error() string { return e.code + ": " + e.message }

func (b *EventBridge) put(ctx context.Context, in *eventbridge.PutEventsInput) (string, error) {
	out, err := b.client.PutEvents(ctx, in)
	if err != nil {
		return "", err
	}
	if len(out.Entries) != len(in.Entries) {
		return "", &entryError{"InternalFailure", "the answer has no entry"}
	}
	if code := aws.ToString(out.Entries[0].ErrorCode); code != "" || out.FailedEntryCount > 0 {
		return "", &entryError{code, aws.ToString(out.Entries[0].ErrorMessage)}
	}
	return aws.ToString(out.Entries[0].EventId), nil
}

// retryable reports whether a refused call can be repeated, by its status and code as the
// SDK's own retries do.
var retryable = retry.IsErrorRetryables(retry.DefaultRetryables)

// transient reports whether the same call may succeed a moment later.
func transient(err error) bool {
	if entry, ok := errors.AsType[*entryError](err); ok {
		switch entry.code {
		case "ThrottlingException", "InternalFailure", "InternalException":
			return true
		}
		return false
	}
	if _, ok := errors.AsType[smithy.APIError](err); ok {
		return retryable.IsErrorRetryable(err) == aws.TrueTernary
	}
	var network net.Error
	return errors.As(err, &network) || !errors.Is(err, context.Canceled)
}
