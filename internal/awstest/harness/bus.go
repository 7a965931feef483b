package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
)

// Bus is an event bus with a rule that puts every event into a queue of its
// own, where a test can read it.
type Bus struct {
	Name string
	ARN  string

	emulator *Emulator
	queueURL string
}

// BusEntry is one event that reached a bus.
type BusEntry struct {
	ID         string
	Source     string
	DetailType string
	Time       time.Time
	Resources  []string
	Detail     json.RawMessage // encoded anew by moto; the same JSON value
}

// CreateBus makes a bus; the default bus is only given its rule.
func (e *Emulator) CreateBus(ctx context.Context, name string) (*Bus, error) {
	bus := &Bus{Name: name, emulator: e}
	create := "AWSEvents.CreateEventBus"
	if name == "default" {
		create = "AWSEvents.DescribeEventBus"
	}
	var made struct{ EventBusArn, Arn string }
	if err := e.Call(ctx, create, map[string]string{"Name": name}, &made); err != nil {
		return nil, err
	}
	bus.ARN = made.EventBusArn + made.Arn // one of them is empty
	queueARN, err := bus.createQueue(ctx)
	if err != nil {
		return nil, err
	}
	const rule = "harness"
	if err := e.Call(ctx, "AWSEvents.PutRule", map[string]string{
		"Name": rule, "EventBusName": name, "EventPattern": `{"source":[{"prefix":""}]}`,
	}, nil); err != nil {
		return nil, err
	}
	return bus, e.Call(ctx, "AWSEvents.PutTargets", map[string]any{
		"Rule": rule, "EventBusName": name, "Targets": []any{map[string]string{"Id": "queue", "Arn": queueARN}},
	}, nil)
}

func (b *Bus) createQueue(ctx context.Context) (arn string, err error) {
	name := strings.ReplaceAll(b.Name, ".", "-") + "-entries" // queue names have no dots
	var queue struct{ QueueUrl string }
	if err := b.emulator.Call(ctx, "AmazonSQS.CreateQueue", map[string]string{"QueueName": name}, &queue); err != nil {
		return "", err
	}
	b.queueURL = queue.QueueUrl
	var about struct{ Attributes struct{ QueueArn string } }
	err = b.emulator.Call(ctx, "AmazonSQS.GetQueueAttributes", map[string]any{
		"QueueUrl": b.queueURL, "AttributeNames": []string{"QueueArn"},
	}, &about)
	return about.Attributes.QueueArn, err
}

// Entries returns the events that reached the bus since it was last called, in
// no promised order. An event is there once the PutEvents call was answered. One
// that is not as its schema in schemas/bus says is an error.
func (b *Bus) Entries(ctx context.Context) ([]BusEntry, error) {
	var entries []BusEntry
	for {
		var batch struct {
			Messages []struct{ Body, ReceiptHandle string }
		}
		if err := b.emulator.Call(ctx, "AmazonSQS.ReceiveMessage", map[string]any{
			"QueueUrl": b.queueURL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0,
		}, &batch); err != nil {
			return nil, err
		}
		if len(batch.Messages) == 0 {
			return entries, nil
		}
		for _, m := range batch.Messages {
			entry, err := parseEntry([]byte(m.Body))
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
			if err := b.emulator.Call(ctx, "AmazonSQS.DeleteMessage", map[string]string{
				"QueueUrl": b.queueURL, "ReceiptHandle": m.ReceiptHandle,
			}, nil); err != nil {
				return nil, err
			}
		}
	}
}

func parseEntry(body []byte) (BusEntry, error) {
	var event struct {
		ID         string          `json:"id"`
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Time       json.RawMessage `json:"time"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return BusEntry{}, fmt.Errorf("read bus entry: %w", err)
	}
	at, err := parseTime(event.Time)
	if err != nil {
		return BusEntry{}, fmt.Errorf("read time of bus entry: %w", err)
	}
	if err := busschema.Check(event.Source, event.DetailType, event.Detail); err != nil {
		return BusEntry{}, fmt.Errorf("check bus entry: %w", err)
	}
	return BusEntry{event.ID, event.Source, event.DetailType, at, event.Resources, event.Detail}, nil
}

// parseTime reads RFC 3339 as EventBridge sends it, or seconds as moto does.
func parseTime(raw json.RawMessage) (time.Time, error) {
	var at time.Time
	if json.Unmarshal(raw, &at) == nil {
		return at, nil
	}
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
}
