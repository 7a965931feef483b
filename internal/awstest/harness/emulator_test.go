package harness_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestEmulatorRunsAndStops(t *testing.T) {
	var e *harness.Emulator
	t.Run("runs", func(t *testing.T) {
		e = harness.StartEmulator(t)
		if !slices.Contains(e.Env(), "AWS_ENDPOINT_URL="+e.Endpoint()) || !strings.HasPrefix(e.Endpoint(), "http://127.0.0.1:") {
			t.Errorf("Env = %q", e.Env())
		}
		if _, err := connect(e.Endpoint()).dynamo.ListTables(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if e.Proxy().Calls()["ListTables"] != 1 {
			t.Errorf("calls = %v", e.Proxy().Calls())
		}
	})
	if e == nil {
		t.SkipNow()
	}
	if res, err := http.Get(e.Endpoint()); err == nil {
		res.Body.Close()
		t.Error("the proxy outlives the test")
	}
	if err := e.CreateTable(t.Context(), "t"); err == nil {
		t.Error("the emulator outlives the test")
	}
}

// TestOneClaimWins has many claim one key at once: on AWS one of them wins.
func TestOneClaimWins(t *testing.T) {
	e := emulator(t)
	if err := e.CreateTable(t.Context(), "claims"); err != nil {
		t.Fatal(err)
	}
	c := connect(e.Endpoint())
	for _, pk := range []string{"a", "b", "c", "d", "e"} {
		var all sync.WaitGroup
		won := make(chan struct{}, 8)
		for range cap(won) {
			all.Go(func() {
				_, err := c.dynamo.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
					TableName: aws.String("claims"), Key: key(pk),
					ConditionExpression: aws.String("attribute_not_exists(pk)"), UpdateExpression: aws.String("ADD att :n"),
					ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "1"}},
				})
				if err == nil {
					won <- struct{}{}
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Errorf("%d claims of %s won, want 1", len(won), pk)
		}
	}
}
