// Package queue puts off the next delivery of SQS messages.
package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/larkbridge/larkbridge/lib/sign"
)

// ChangeVisibility is the part of the SQS client that [SQS] uses.
type ChangeVisibility interface {
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// SQS puts off messages.
type SQS struct {
	client ChangeVisibility
	host   string
}

// New makes an SQS with the region, the credentials and the HTTP client of
// config. The endpoint is "" for AWS's own.
func New(config aws.Config, endpoint string) *SQS {
	client := sqs.NewFromConfig(config, func(o *sqs.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
	host := strings.TrimRight(endpoint, "/")
	if host == "" {
		host = "https://" + sign.Host(config, "sqs")
	}
	return &SQS{client, host}
}

// Delay hides a message for the time d, counted in seconds; then it is
// delivered again.
func (s *SQS) Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error {
	parts := strings.Split(queueARN, ":") // arn:aws:sqs:region:account:name
	if len(parts) != 6 {
		return fmt.Errorf("the queue's ARN %q is not one", queueARN)
	}
	_, err := s.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl:          aws.String(s.host + "/" + parts[4] + "/" + parts[5]),
		ReceiptHandle:     &receipt,
		VisibilityTimeout: int32(d / time.Second),
	})
	if err != nil {
		return fmt.Errorf("putting off a message: %w", err)
	}
	return nil
}
