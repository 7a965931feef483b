package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// replacing are the properties of what holds data, or has a URL that others know,
// with which CloudFormation would make another one in its place.
var replacing = map[string][]string{
	"AWS::ApiGatewayV2::Api":         {"ProtocolType"},
	"AWS::DynamoDB::Table":           {"TableName", "KeySchema", "LocalSecondaryIndexes"},
	"AWS::Events::EventBus":          {"Name"},
	"AWS::Logs::LogGroup":            {"LogGroupName", "LogGroupClass"},
	"AWS::S3::Bucket":                {"BucketName", "ObjectLockEnabled"},
	"AWS::SNS::Topic":                {"TopicName", "FifoTopic"},
	"AWS::SQS::Queue":                {"QueueName", "FifoQueue"},
	"AWS::Lambda::Function":          {"FunctionName", "PackageType", "TenancyConfig"},
	"AWS::ApiGatewayV2::Stage":       {"StageName", "ApiId"},
	"AWS::Events::Archive":           {"ArchiveName", "SourceArn"},
	"AWS::CloudWatch::Dashboard":     {"DashboardName"},
	"AWS::Lambda::Permission":        {"FunctionName", "Action", "Principal", "SourceArn"},
	"AWS::SNS::Subscription":         {"TopicArn", "Protocol", "Endpoint"},
	"AWS::CloudWatch::Alarm":         {"AlarmName"},
	"AWS::IAM::Role":                 {"RoleName", "Path"},
	"AWS::Lambda::EventInvokeConfig": {"FunctionName", "Qualifier"},
}

// An upgrade from version 0.1.0, the template in testdata, replaces nothing and
// removes nothing.
func TestUpgrade(t *testing.T) {
	before, err := template.Resolve(template.TranslateFile(t, "testdata/before.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	after := template.Load(t, nil)
	if gone := missingIn(before, after); gone != nil {
		t.Errorf("the upgrade removes %q", gone)
	}
	for _, id := range slices.Sorted(maps.Keys(before.Resources)) {
		old, now := before.Resources[id], after.Resources[id]
		if now == nil || replacing[old.Type] == nil {
			continue
		}
		if old.Type != now.Type {
			t.Errorf("%s: got the type %s, want %s", id, now.Type, old.Type)
		}
		for _, property := range replacing[old.Type] {
			if diff := cmp.Diff(old.Properties[property], now.Properties[property]); diff != "" && !(property == "Path" && now.Properties[property] == "/") {
				t.Errorf("%s is replaced, because its %s is another (-before +after):\n%s", id, property, diff)
			}
		}
	}
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Events::EventBus", "AWS::SQS::Queue"} {
		if len(before.Of(kind)) == 0 || replacing[kind] == nil {
			t.Errorf("nothing was compared of %s", strings.TrimPrefix(kind, "AWS::"))
		}
	}
}
