package harness_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestCreateTable(t *testing.T) {
	e := emulator(t)
	if err := e.CreateTable(t.Context(), "items"); err != nil {
		t.Fatal(err)
	}
	c := connect(e.Endpoint())
	claim := &dynamodb.UpdateItemInput{
		TableName: aws.String("items"), Key: key("a"),
		UpdateExpression:                    aws.String("SET st = :s"),
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ExpressionAttributeValues:           map[string]dynamotypes.AttributeValue{":s": &dynamotypes.AttributeValueMemberS{Value: "CLAIMED"}},
		ReturnValuesOnConditionCheckFailure: dynamotypes.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if _, err := c.dynamo.UpdateItem(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	var lost *dynamotypes.ConditionalCheckFailedException
	if _, err := c.dynamo.UpdateItem(t.Context(), claim); !errors.As(err, &lost) || len(lost.Item) != 2 {
		t.Errorf("second claim: %v, want the old item", err)
	}
	ttl, err := c.dynamo.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("items")})
	if err != nil || aws.ToString(ttl.TimeToLiveDescription.AttributeName) != "ttl" {
		t.Errorf("DescribeTimeToLive: %v", err)
	}
}

func TestPutSecret(t *testing.T) {
	e := emulator(t)
	for _, value := range []string{"old", "new"} {
		if err := e.PutSecret(t.Context(), "/lark/app/secret", value); err != nil {
			t.Fatal(err)
		}
	}
	out, err := connect(e.Endpoint()).ssm.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{
		Path: aws.String("/lark"), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true),
	})
	if err != nil || len(out.Parameters) != 1 || *out.Parameters[0].Value != "new" || out.Parameters[0].Type != "SecureString" {
		t.Errorf("GetParametersByPath: %+v, %v", out, err)
	}
}

func TestBucket(t *testing.T) {
	e := emulator(t)
	if err := e.CreateBucket(t.Context(), "large"); err != nil {
		t.Fatal(err)
	}
	if err := e.PutObject(t.Context(), "large", "a/b.json", []byte("content")); err != nil {
		t.Fatal(err)
	}
	if got, err := e.GetObject(t.Context(), "large", "a/b.json"); err != nil || string(got) != "content" {
		t.Errorf("GetObject = %q, %v", got, err)
	}
	var refused *harness.APIError
	if _, err := e.GetObject(t.Context(), "large", "none"); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("GetObject = %v, want status 404", err)
	}
}

func TestCallIsPastTheProxy(t *testing.T) {
	e := emulator(t)
	e.Proxy().Inject(harness.Fault{Kind: harness.Drop()})
	var out struct{ TableNames []string }
	if err := e.Call(t.Context(), "DynamoDB_20120810.ListTables", struct{}{}, &out); err != nil {
		t.Error(err)
	}
	if calls := e.Proxy().Calls(); len(calls) != 0 {
		t.Errorf("calls = %v", calls)
	}
}

func TestReset(t *testing.T) {
	e := emulator(t)
	if err := e.CreateTable(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	e.Proxy().Inject(harness.Fault{Kind: harness.Drop()})
	if err := e.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := connect(e.Endpoint()).dynamo.ListTables(t.Context(), nil)
	if err != nil || len(out.TableNames) != 0 {
		t.Errorf("ListTables = %+v, %v", out, err)
	}
}
