package harness_test

import (
	"strings"
	"testing"
)

func TestShell(t *testing.T) {
	e := emulator(t)
	out, err := e.Shell(t.Context(), `
aws sqs create-queue --queue-name q > made.json
aws sqs send-message --queue-url http://elsewhere.invalid/123456789012/q --message-body "$BODY" > sent.json
aws sqs receive-message --queue-url http://elsewhere.invalid/123456789012/q --query 'Messages[0].Body' --output text
aws events list-event-buses --query 'EventBuses[0].Name' --output text
`, "BODY=hello")
	if err != nil || out != "hello\ndefault\n" {
		t.Errorf("got %q, %v", out, err)
	}
	if out, err := e.Shell(t.Context(), "echo one; echo why >&2; false; echo two"); err == nil || !strings.Contains(err.Error(), "why") {
		t.Errorf("a script that fails: %q, %v", out, err)
	}
}
