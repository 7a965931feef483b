package cloud_test

import (
	"os"
	"regexp"
	"testing"
	"time"
)

// pin is a requirement of go.mod that is held at an older release, with the day
// of the release or of the last look at what was skipped.
var pin = regexp.MustCompile(`(?m)^\tgithub\.com/aws/aws-sdk-go-v2/service/(\S+) v\S+ // pinned (\S+)$`)

// maxPinAge is how old a pin may be.
const maxPinAge = 180 * 24 * time.Hour

// The clients of the AWS SDK are not pinned for ever. Unlike other tests, this one
// depends on the day on which it runs: that is its purpose.
func TestPins(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	pins := pin.FindAllStringSubmatch(string(text), -1)
	if len(pins) != 4 {
		t.Errorf("got %d pins in go.mod, want 4: dynamodb, eventbridge, sqs and ssm", len(pins))
	}
	for _, p := range pins {
		day, err := time.Parse(time.DateOnly, p[2])
		if err != nil {
			t.Errorf("%s: %v", p[1], err)
		} else if age := time.Since(day); age > maxPinAge {
			t.Errorf("%s is pinned since %s, want at most 180 days: go.mod says what to do", p[1], p[2])
		}
	}
}
