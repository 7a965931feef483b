package harness_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func canned(t testing.TB, h harness.Canned) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func key(pk string) map[string]dynamotypes.AttributeValue {
	return map[string]dynamotypes.AttributeValue{"pk": &dynamotypes.AttributeValueMemberS{Value: pk}}
}

func entries(n int) *eventbridge.PutEventsInput {
	in := &eventbridge.PutEventsInput{}
	for range n {
		in.Entries = append(in.Entries, eventtypes.PutEventsRequestEntry{
			Source: aws.String("test.app"), DetailType: aws.String("test"), Detail: aws.String(`{"n":1}`), Resources: []string{"r"},
		})
	}
	return in
}

func TestCanned(t *testing.T) {
	url := canned(t, harness.Canned{Replies: map[string]string{
		"GetParameter": `{"Parameter":{"Name":"/a/b","Type":"SecureString","Value":"v","Version":1}}`,
	}})
	c := connect(url)
	if out, err := c.ssm.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/a/b")}); err != nil || *out.Parameter.Value != "v" {
		t.Errorf("GetParameter: %v", err)
	}
	if _, err := c.dynamo.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: key("a")}); err != nil {
		t.Errorf("UpdateItem: %v", err)
	}
	if out, err := c.dynamo.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: key("a")}); err != nil || len(out.Item) != 0 {
		t.Errorf("GetItem: %v", err)
	}
	if out, err := c.events.PutEvents(t.Context(), entries(2)); err != nil || len(out.Entries) != 2 || aws.ToString(out.Entries[1].EventId) == "" {
		t.Errorf("PutEvents: %+v, %v", out, err)
	}
	var refused smithy.APIError
	if _, err := c.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("q")}); !errors.As(err, &refused) || refused.ErrorCode() != "UnknownOperationException" {
		t.Errorf("CreateQueue: %v", err)
	}
	res, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("GET / = %d", res.StatusCode)
	}
}

func TestCannedLatency(t *testing.T) {
	const latency = 30 * time.Millisecond
	c := connect(canned(t, harness.Canned{Latency: latency}))
	begin := time.Now()
	if _, err := c.events.PutEvents(t.Context(), entries(1)); err != nil {
		t.Fatal(err)
	}
	if elapsed := time.Since(begin); elapsed < latency {
		t.Errorf("answered in %v, want %v or more", elapsed, latency)
	}
}
