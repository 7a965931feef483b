package send

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Lambda is the handler of a direct invocation.
func (s *Sender) Lambda(ctx context.Context, payload json.RawMessage) (any, error) {
	return s.Invoke(ctx, requestID(ctx), payload)
}

// requestID is the invocation's id, "" outside Lambda.
func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
