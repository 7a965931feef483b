package cloud_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/lib/cloud"
)

func sqsConfig() aws.Config {
	return aws.Config{Region: "us-east-1", HTTPClient: http.DefaultClient, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "secret"}, nil
	})}
}

func TestDelay(t *testing.T) {
	var got struct {
		QueueUrl, ReceiptHandle string
		VisibilityTimeout       int
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "AmazonSQS.ChangeMessageVisibility" || json.NewDecoder(r.Body).Decode(&got) != nil {
			t.Errorf("%s is not the call", r.Header.Get("X-Amz-Target"))
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write([]byte(`{}`))
	}))
	defer server.Close()
	err := cloud.NewSQS(sqsConfig(), server.URL).Delay(t.Context(), "arn:aws:sqs:us-east-1:123456789012:send.fifo", "receipt", 90*time.Second)
	if err != nil || got.QueueUrl != server.URL+"/123456789012/send.fifo" || got.ReceiptHandle != "receipt" || got.VisibilityTimeout != 90 {
		t.Errorf("got %+v, %v, want 90 s for the receipt in send.fifo", got, err)
	}
}

func TestDelayOfNoQueue(t *testing.T) {
	if err := cloud.NewSQS(sqsConfig(), "").Delay(t.Context(), "send", "receipt", time.Second); err == nil || !strings.Contains(err.Error(), `"send"`) {
		t.Errorf("got %v, want an error that names \"send\"", err)
	}
}
