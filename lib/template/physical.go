package template

import (
	"fmt"
	"strings"
)

const (
	here = ":" + Region + ":" + Account + ":"
	// URLSuffix is the domain of the partition.
	urlSuffix = "amazonaws.com"
)

// kind is what the resources of a type are called.
type kind struct {
	name string // the property with the physical name
	arn  string // without the partition; %s is the name
}

var kinds = map[string]kind{
	"AWS::ApiGatewayV2::Api":     {"", "apigateway:" + Region + "::/apis/%s"},
	"AWS::CloudWatch::Alarm":     {"AlarmName", "cloudwatch" + here + "alarm:%s"},
	"AWS::CloudWatch::Dashboard": {"DashboardName", "cloudwatch::" + Account + ":dashboard/%s"},
	"AWS::DynamoDB::Table":       {"TableName", "dynamodb" + here + "table/%s"},
	"AWS::Events::Archive":       {"ArchiveName", "events" + here + "archive/%s"},
	"AWS::Events::EventBus":      {"Name", "events" + here + "event-bus/%s"},
	"AWS::Events::Rule":          {"Name", "events" + here + "rule/%s"},
	"AWS::IAM::ManagedPolicy":    {"ManagedPolicyName", "iam::" + Account + ":policy/%s"},
	"AWS::IAM::Role":             {"RoleName", "iam::" + Account + ":role/%s"},
	"AWS::KMS::Key":              {"", "kms" + here + "key/%s"},
	"AWS::Lambda::Function":      {"FunctionName", "lambda" + here + "function:%s"},
	"AWS::Logs::LogGroup":        {"LogGroupName", "logs" + here + "log-group:%s"},
	"AWS::S3::Bucket":            {"BucketName", "s3:::%s"},
	"AWS::SNS::Topic":            {"TopicName", "sns" + here + "%s"},
	"AWS::SQS::Queue":            {"QueueName", "sqs" + here + "%s"},
}

// name is the physical name of a resource: the one that the template gives it,
// or one made of its logical id.
func (r *resolver) name(id string) (string, error) {
	raw := section(section(r.document, "Resources"), id)
	kindName, _ := raw["Type"].(string)
	if property := kinds[kindName].name; property != "" {
		if given, ok := section(raw, "Properties")[property]; ok {
			return r.text(given)
		}
	}
	return strings.ToLower(Stack + "-" + id), nil
}

// arn is empty for a type that has none.
func arn(kindName, name string) string {
	format := kinds[kindName].arn
	if format == "" {
		return ""
	}
	return "arn:aws:" + fmt.Sprintf(format, name)
}

// queueURL is what Ref gives for a queue.
func queueURL(name string) string {
	return "https://sqs." + Region + "." + urlSuffix + "/" + Account + "/" + name
}

// ref resolves parameters, pseudo parameters and resources.
func (r *resolver) ref(name string) (any, error) {
	switch name {
	case "AWS::NoValue":
		return noValue{}, nil
	case "AWS::AccountId":
		return Account, nil
	case "AWS::Region":
		return Region, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::StackName":
		return Stack, nil
	case "AWS::StackId":
		return "arn:aws:cloudformation" + here + "stack/" + Stack + "/0", nil
	case "AWS::URLSuffix":
		return urlSuffix, nil
	}
	if p, ok := r.parameters[name]; ok {
		return p.value, nil
	}
	kindName, physical, err := r.existing(name)
	if err != nil {
		return nil, err
	}
	switch kindName {
	case "AWS::SQS::Queue":
		return queueURL(physical), nil
	case "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy":
		return arn(kindName, physical), nil
	}
	return physical, nil
}

// existing finds a resource that this deployment has.
func (r *resolver) existing(id string) (kindName, physical string, err error) {
	raw := section(section(r.document, "Resources"), id)
	if raw == nil {
		return "", "", fmt.Errorf("nothing is called %s", id)
	}
	present, err := r.present(raw)
	if err != nil {
		return "", "", err
	}
	if !present {
		return "", "", fmt.Errorf("%s is not there: its condition is false", id)
	}
	kindName, _ = raw["Type"].(string)
	physical, err = r.name(id)
	return kindName, physical, err
}

// attribute resolves Fn::GetAtt in either of its two forms.
func (r *resolver) attribute(argument any) (any, error) {
	path := fmt.Sprint(argument)
	if pair, ok := argument.([]any); ok && len(pair) == 2 {
		path = fmt.Sprint(pair[0]) + "." + fmt.Sprint(pair[1])
	}
	id, name, _ := strings.Cut(path, ".")
	kindName, physical, err := r.existing(id)
	if err != nil {
		return nil, err
	}
	switch full := kindName + "." + name; {
	case full == "AWS::Logs::LogGroup.Arn":
		return arn(kindName, physical) + ":*", nil
	case name == "Arn" && arn(kindName, physical) != "" || full == "AWS::SNS::Topic.TopicArn":
		return arn(kindName, physical), nil
	case full == "AWS::SQS::Queue.QueueUrl":
		return queueURL(physical), nil
	case full == "AWS::SQS::Queue.QueueName", full == "AWS::SNS::Topic.TopicName", full == "AWS::Events::EventBus.Name",
		full == "AWS::ApiGatewayV2::Api.ApiId", full == "AWS::KMS::Key.KeyId":
		return physical, nil
	case full == "AWS::ApiGatewayV2::Api.ApiEndpoint":
		return "https://" + physical + ".execute-api." + Region + "." + urlSuffix, nil
	}
	return nil, fmt.Errorf("%s has no attribute %s here", kindName, name)
}
