package cloud

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// ChangeVisibility is the part of the SQS client that [SQS] uses.
type ChangeVisibility interface {
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// SQS delays the next delivery of messages.
type SQS struct {
	client   ChangeVisibility
	config   aws.Config
	endpoint string
}

// NewSQS makes an SQS with the region, the credentials and the HTTP client of
// config. The endpoint is "" for AWS's own.
func NewSQS(config aws.Config, endpoint string) *SQS {
	client := sqs.NewFromConfig(config, func(o *sqs.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
	return &SQS{client, config, strings.TrimRight(endpoint, "/")}
}

// Delay makes a message invisible for the time d, in whole seconds. Then SQS delivers it
// again.
func (s *SQS) Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error {
	fields := strings.Split(queueARN, ":") // arn:aws:sqs:region:account:name
	if len(fields) != 6 {
		return fmt.Errorf("%q is not the ARN of a queue", queueARN)
	}
	endpoint := s.endpoint
	if endpoint == "" {
		base, err := serviceURL(ctx, s.config, "sqs")
		if err != nil {
			return err
		}
		endpoint = base.String()
	}
	_, err := s.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl:          aws.String(endpoint + "/" + fields[4] + "/" + fields[5]),
		ReceiptHandle:     &receipt,
		VisibilityTimeout: int32(d / time.Second),
	})
	if err != nil {
		return fmt.Errorf("delaying a message: %w", err)
	}
	return nil
}
