package send

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// isFailureOf says whether this is of an invocation of the given function that
// failed: what Lambda leaves with the dead letters, and comes here when they
// are put back into the queue.
func (c *requestContext) isFailureOf(function string) bool {
	return c.Condition != "Success" && function != "" && functionName(c.FunctionARN) == functionName(function)
}

// functionName is the name in a function's ARN, which may end in a version.
func functionName(arn string) string {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// failed makes the requests of an invocation that failed, under the ids that
// they had: what was done is not done again.
func (s *Sender) failed(d shape, j job) []job {
	var event events.SNSEvent
	if json.Unmarshal(d.RequestPayload, &event) == nil && len(event.Records) > 0 && event.Records[0].EventSource == "aws:sns" {
		return s.published(event, j)
	}
	return s.jobs(d.RequestPayload, j)
}
