package harness_test

import "testing"

// A message that was received is hidden from the next receiver.
func TestReceive(t *testing.T) {
	e := emulator(t)
	steps := []struct {
		operation string
		in        map[string]string
	}{
		{"CreateQueue", map[string]string{"QueueName": "taken"}},
		{"SendMessage", map[string]string{"QueueUrl": e.QueueURL("taken"), "MessageBody": "hello"}},
	}
	for _, step := range steps {
		if err := e.Call(t.Context(), "AmazonSQS."+step.operation, step.in, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{1, 0} {
		event, err := e.Receive(t.Context(), "taken", 10)
		if err != nil || len(event.Records) != want {
			t.Fatalf("got %+v, %v, want %d messages", event, err, want)
		}
		for _, m := range event.Records {
			if m.Body != "hello" || m.EventSourceARN != "arn:aws:sqs:us-east-1:123456789012:taken" || m.ReceiptHandle == "" || m.Attributes["SentTimestamp"] == "" {
				t.Errorf("got %+v", m)
			}
		}
	}
}
