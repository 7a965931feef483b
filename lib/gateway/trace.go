package gateway

import (
	"context"
	"crypto/rand"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// traceID follows an event into all that is done because of it: Lark's log id,
// so that Lark's support can be asked about it; else the invocation's id; else,
// outside of Lambda, a new one.
func traceID(ctx context.Context, logID string) string {
	if logID != "" {
		return logID
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return rand.Text()
}
