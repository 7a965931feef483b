package template

import (
	"fmt"
	"strings"
)

const (
	here      = ":" + Region + ":" + Account + ":"
	urlSuffix = "amazonaws.com"
)

// kind is what the resources of a type are called.
type kind struct {
	name string // the property with the physical name
	arn  string // without the partition; %s is the name
}

var kinds = map[string]kind{
	"AWS::ApiGatewayV2::DomainName": {"DomainName", "apigateway:" + Region + "::/domainnames/%s"},
	"AWS::CodeDeploy::Application":  {"ApplicationName", "codedeploy" + here + "application:%s"},
	"AWS::Lambda::Alias":            {"Name", "lambda" + here + "function:%s"}, // %s: with its function
	"AWS::ApiGatewayV2::Api":        {"", "apigateway:" + Region + "::/apis/%s"},
	"AWS::CloudWatch::Alarm":        {"AlarmName", "cloudwatch" + here + "alarm:%s"},
	"AWS::CloudWatch::Dashboard":    {"DashboardName", "cloudwatch::" + Account + ":dashboard/%s"},
	"AWS::DynamoDB::Table":          {"TableName", "dynamodb" + here + "table/%s"},
	"AWS::Events::Archive":          {"ArchiveName", "events" + here + "archive/%s"},
	"AWS::Events::EventBus":         {"Name", "events" + here + "event-bus/%s"},
	"AWS::Events::Rule":             {"Name", "events" + here + "rule/%s"}, // %s: with its bus
	"AWS::IAM::ManagedPolicy":       {"ManagedPolicyName", "iam::" + Account + ":policy/%s"},
	"AWS::IAM::Role":                {"RoleName", "iam::" + Account + ":role/%s"},
	"AWS::Lambda::Function":         {"FunctionName", "lambda" + here + "function:%s"},
	"AWS::Logs::LogGroup":           {"LogGroupName", "logs" + here + "log-group:%s"},
	"AWS::S3::Bucket":               {"BucketName", "s3:::%s"},
	"AWS::SNS::Topic":               {"TopicName", "sns" + here + "%s"},
	"AWS::SQS::Queue":               {"QueueName", "sqs" + here + "%s"},
}

// identity is what a resource is called on AWS.
type identity struct{ kind, name, arn string }

// identify gives a resource the name that the template has for it, or one made
// of its logical id.
func (r *resolver) identify(id string) (identity, error) {
	raw := section(section(r.document, "Resources"), id)
	properties := section(raw, "Properties")
	called := identity{name: strings.ToLower(Stack + "-" + id)}
	called.kind, _ = raw["Type"].(string)
	known := kinds[called.kind]
	var err error
	if given, ok := properties[known.name]; ok {
		if called.name, err = r.text(given); err != nil {
			return identity{}, err
		}
	}
	if known.arn == "" {
		return called, nil
	}
	path := called.name
	if called.kind == "AWS::Lambda::Alias" {
		function, err := r.text(properties["FunctionName"])
		if err != nil {
			return identity{}, err
		}
		path = function + ":" + path
	}
	if bus, ok := properties["EventBusName"]; ok && called.kind == "AWS::Events::Rule" {
		name, err := r.text(bus)
		if err != nil {
			return identity{}, err
		}
		path = name[strings.LastIndex(name, "/")+1:] + "/" + path
	}
	called.arn = "arn:aws:" + fmt.Sprintf(known.arn, path)
	return called, nil
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
	resource, err := r.existing(name)
	if err != nil {
		return nil, err
	}
	switch resource.kind {
	case "AWS::SQS::Queue":
		return queueURL(resource.name), nil
	case "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Alias":
		return resource.arn, nil
	}
	return resource.name, nil
}

// existing finds a resource that this deployment has.
func (r *resolver) existing(id string) (identity, error) {
	raw := section(section(r.document, "Resources"), id)
	if raw == nil {
		return identity{}, fmt.Errorf("nothing is called %s", id)
	}
	present, err := r.present(raw)
	if err != nil {
		return identity{}, err
	}
	if !present {
		return identity{}, fmt.Errorf("%s is not there: its condition is false", id)
	}
	return r.identify(id)
}

// attribute resolves Fn::GetAtt in either of its two forms.
func (r *resolver) attribute(argument any) (any, error) {
	path := fmt.Sprint(argument)
	if pair, ok := argument.([]any); ok && len(pair) == 2 {
		path = fmt.Sprint(pair[0]) + "." + fmt.Sprint(pair[1])
	}
	id, name, _ := strings.Cut(path, ".")
	resource, err := r.existing(id)
	if err != nil {
		return nil, err
	}
	switch full := resource.kind + "." + name; {
	case full == "AWS::Logs::LogGroup.Arn":
		return resource.arn + ":*", nil
	case name == "Arn" && resource.arn != "" || full == "AWS::SNS::Topic.TopicArn":
		return resource.arn, nil
	case full == "AWS::SQS::Queue.QueueUrl":
		return queueURL(resource.name), nil
	case full == "AWS::SQS::Queue.QueueName", full == "AWS::SNS::Topic.TopicName", full == "AWS::Events::EventBus.Name",
		full == "AWS::ApiGatewayV2::Api.ApiId":
		return resource.name, nil
	case full == "AWS::Lambda::Version.Version":
		return "1", nil
	case full == "AWS::ApiGatewayV2::DomainName.RegionalDomainName":
		return "d-" + resource.name + ".execute-api." + Region + "." + urlSuffix, nil
	case full == "AWS::ApiGatewayV2::DomainName.RegionalHostedZoneId":
		return "Z1", nil
	case full == "AWS::ApiGatewayV2::Api.ApiEndpoint":
		return "https://" + resource.name + ".execute-api." + Region + "." + urlSuffix, nil
	}
	return nil, fmt.Errorf("%s has no attribute %s here", resource.kind, name)
}
