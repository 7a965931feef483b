// Package store keeps what the instances of a stack share: claims on events and
// requests, documents with a version, tokens, app tickets, and the settings of the
// apps.
//
// [Table] keeps all but the settings in DynamoDB, [Memory] in one process; one set of
// tests covers both. [Settings] caches what [SSM] reads.
package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB is the part of the client that [Table] uses.
type DynamoDB interface {
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// Table keeps claims, documents, tokens and tickets in one DynamoDB table, whose key is
// the string attribute pk and whose TTL attribute is ttl. Each write is one UpdateItem
// with a condition, and so atomic.
type Table struct {
	client DynamoDB
	name   string
	now    func() time.Time
}

// NewTable makes a store on the named table that reads the time from now.
func NewTable(client DynamoDB, name string, now func() time.Time) *Table {
	return &Table{client, name, now}
}

// attrs is an item, or the values of an expression.
type attrs = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// stringOf, numberOf and bytesOf return the value of an attribute, or the zero
// value when the item lacks it or when it is of another type.
func stringOf(item attrs, name string) string {
	s, _ := item[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

func numberOf(item attrs, name string) int64 {
	n, _ := item[name].(*types.AttributeValueMemberN)
	if n == nil {
		return 0
	}
	v, _ := strconv.ParseInt(n.Value, 10, 64)
	return v
}

func bytesOf(item attrs, name string) []byte {
	b, _ := item[name].(*types.AttributeValueMemberB)
	if b == nil {
		return nil
	}
	return b.Value
}

// update writes one item and reports whether it did. When the condition fails,
// it writes nothing and returns the item as it is.
func (t *Table) update(ctx context.Context, key, expression, condition string, values attrs) (bool, attrs, error) {
	in := &dynamodb.UpdateItemInput{
		TableName:                 &t.name,
		Key:                       attrs{"pk": text(key)},
		UpdateExpression:          &expression,
		ExpressionAttributeValues: values,
	}
	if strings.Contains(expression+condition, "#ttl") { // ttl is a reserved word
		in.ExpressionAttributeNames = map[string]string{"#ttl": "ttl"}
	}
	if condition != "" {
		in.ConditionExpression = &condition
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	_, err := t.client.UpdateItem(ctx, in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return false, failed.Item, nil
	}
	return err == nil, nil, err
}

// get returns an item as it is now.
func (t *Table) get(ctx context.Context, key string) (attrs, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.name, Key: attrs{"pk": text(key)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return out.Item, nil
}
