package account

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// createQueues makes the queues, dead letters first.
func (a *Account) createQueues() {
	a.t.Helper()
	queues, err := a.Queues()
	a.must(err)
	for _, dead := range []bool{true, false} {
		for _, q := range queues {
			if (q.DeadLetters == "") != dead {
				continue
			}
			a.call("AmazonSQS.CreateQueue", map[string]any{"QueueName": q.Name, "Attributes": a.attributes(q)}, nil)
			a.queues[q.ARN] = q
		}
	}
}

// attributes are the ones that the template gives a queue, as SQS has them.
func (a *Account) attributes(q template.Queue) map[string]string {
	a.t.Helper()
	attributes := map[string]string{}
	for name, value := range q.Properties {
		if policy, ok := value.(map[string]any); ok {
			doc, err := json.Marshal(policy)
			a.must(err)
			value = string(doc)
		}
		attributes[name] = fmt.Sprint(value)
	}
	delete(attributes, "QueueName")
	return attributes
}

// Put leaves a message in a queue.
func (a *Account) Put(queueARN, body string) {
	a.t.Helper()
	in := map[string]string{"QueueUrl": a.QueueURL(a.queues[queueARN].Name), "MessageBody": body}
	if a.queues[queueARN].FIFO {
		in["MessageGroupId"] = "group"
	}
	a.call("AmazonSQS.SendMessage", in, nil)
}

// Depth is how many messages are to be had from a queue.
func (a *Account) Depth(queueARN string) int {
	a.t.Helper()
	var out struct{ Attributes map[string]string }
	a.call("AmazonSQS.GetQueueAttributes", map[string]any{
		"QueueUrl": a.QueueURL(a.queues[queueARN].Name), "AttributeNames": []string{"ApproximateNumberOfMessages"},
	}, &out)
	n, err := strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"])
	a.must(err)
	return n
}

// Move puts the messages of a queue into another, as SQS's move task does.
func (a *Account) Move(fromARN, toARN string) {
	a.t.Helper()
	from := a.queues[fromARN]
	for _, m := range a.receive(from, 10).Records {
		a.Put(toARN, m.Body)
		a.call("AmazonSQS.DeleteMessage", map[string]any{"QueueUrl": a.QueueURL(from.Name), "ReceiptHandle": m.ReceiptHandle}, nil)
	}
}

// receive takes up to max messages from a queue.
func (a *Account) receive(q template.Queue, max int) events.SQSEvent {
	a.t.Helper()
	event, err := a.Receive(a.t.Context(), q.Name, max)
	a.must(err)
	return event
}

// PollQueues passes the messages in the queues to the functions, as the event source
// mappings do, until the queues are empty. A message that fails is visible again at
// once, until its queue has delivered it maxReceiveCount times.
func (a *Account) PollQueues() {
	a.t.Helper()
	for busy := true; busy; {
		busy = false
		for _, source := range a.sources {
			q := a.queues[source.Queue]
			batch := a.receive(q, min(10, int(source.BatchSize)))
			if len(batch.Records) > 0 {
				busy = true
				a.take(source, q, batch)
			}
		}
	}
}

// take invokes the function with a batch, and deletes the messages that it has handled.
func (a *Account) take(source template.EventSource, q template.Queue, batch events.SQSEvent) {
	a.t.Helper()
	payload, err := json.Marshal(batch)
	a.must(err)
	out, err := a.invoke(a.function(source.Function), payload, "")
	var answer events.SQSEventResponse
	failed := map[string]bool{}
	if err == nil && source.PartialBatches {
		a.must(json.Unmarshal(out, &answer))
		for _, item := range answer.BatchItemFailures {
			failed[item.ItemIdentifier] = true
		}
	}
	for _, m := range batch.Records {
		in := map[string]any{"QueueUrl": a.QueueURL(q.Name), "ReceiptHandle": m.ReceiptHandle}
		if err != nil || failed[m.MessageId] {
			in["VisibilityTimeout"] = 0
			a.call("AmazonSQS.ChangeMessageVisibility", in, nil)
		} else {
			a.call("AmazonSQS.DeleteMessage", in, nil)
		}
	}
}

// function finds a function by its name or ARN.
func (a *Account) function(name string) *function {
	a.t.Helper()
	for _, f := range a.functions {
		if f.Called(name) {
			return f
		}
	}
	a.t.Fatalf("the template has no function %s", name)
	return nil
}
