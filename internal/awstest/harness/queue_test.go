package harness_test

import "testing"

// A look leaves a message where it is; to take it hides it.
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
	look := 0
	for _, tt := range []struct {
		seconds *int
		want    int
	}{{&look, 1}, {nil, 1}, {nil, 0}} {
		event, err := e.Receive(t.Context(), "taken", 10, tt.seconds)
		if err != nil || len(event.Records) != tt.want {
			t.Fatalf("got %+v, %v, want %d messages", event, err, tt.want)
		}
		for _, m := range event.Records {
			if m.Body != "hello" || m.EventSourceARN != "arn:aws:sqs:us-east-1:123456789012:taken" || m.ReceiptHandle == "" || m.Attributes["SentTimestamp"] == "" {
				t.Errorf("got %+v", m)
			}
		}
	}
}
