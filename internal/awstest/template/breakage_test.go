package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// breakages are changes for the worse, each with the checks that must notice;
// no other may.
var breakages = []struct {
	name, checks string
	do           func(d draft)
}{
	{"a role may do everything", "wildcards", func(d draft) { put(d.allowing("events:PutEvents"), "Action", "*") }},
	{"a role may do all of a service", "wildcards", func(d draft) { put(d.allowing("events:PutEvents"), "Action", "events:*") }},
	{"a role may read whatever it likes", "wildcards", func(d draft) { put(d.allowing("s3:GetObject"), "Action", list("s3:Get*", "s3:PutObject")) }},
	{"a role may use every resource", "wildcards", func(d draft) { put(d.allowing("dynamodb:UpdateItem"), "Resource", "*") }},
	{"a role may use every table", "wildcards", func(d draft) {
		put(d.allowing("dynamodb:UpdateItem"), "Resource", list("arn:aws:dynamodb:us-east-1:123456789012:table/*"))
	}},
	{"a role may use all of many buckets", "wildcards", func(d draft) { put(d.allowing("s3:PutObject"), "Resource", "arn:aws:s3:::larkbridge-*") }},
	{"a role may do all but", "wildcards", func(d draft) {
		put(d.allowing("events:PutEvents"), "NotAction", "iam:*")
	}},
	{"a role has a policy of AWS", "wildcards", func(d draft) {
		put(d.first("AWS::IAM::Role"), "ManagedPolicyArns", list("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"))
	}},
	{"anybody may write to a queue", "wildcards", func(d draft) {
		put(d.queuePolicy(), "Principal.AWS", "*")
	}},

	{"a refusal becomes a permission", "wildcards account bucket", func(d draft) { put(d.allowing("s3:*"), "Effect", "Allow") }},

	{"a role may do more than the code does", "grants", func(d draft) {
		put(d.allowing("dynamodb:UpdateItem"), "Action", list("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Scan"))
	}},
	{"a role may do what only another function does", "grants", func(d draft) {
		put(d.allowing("s3:PutObject"), "Action", list("s3:PutObject", "s3:GetObject")) // of the first role, which is not send's
	}},
	{"a role may use the parameters of others", "grants", func(d draft) {
		put(d.allowing("ssm:GetParameter"), "Resource", "arn:aws:ssm:us-east-1:123456789012:parameter/others")
	}},
	{"a role may not do what the code does", "grants", func(d draft) { put(d.allowing("s3:GetObject"), "Action", "s3:PutObject") }},
	{"a role may not poll its queue", "grants", func(d draft) {
		put(d.allowing("sqs:ReceiveMessage"), "Action", list("sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"))
	}},
	{"a role may not write to its destination", "grants", func(d draft) { put(d.statement("sqs:SendMessage", "AWS::IAM::Role"), "Action", list()) }},
	{"a role may not log", "grants", func(d draft) { put(d.allowing("logs:PutLogEvents"), "Action", "logs:CreateLogStream") }},
	{"the card handlers may not be asked", "grants", func(d draft) { put(d.allowing("lambda:InvokeFunction"), "Resource", list()) }},
	{"a role is refused", "grants", func(d draft) { put(d.allowing("dynamodb:UpdateItem"), "Effect", "Deny") }},
	{"a role may use every key of the table", "grants", func(d draft) { drop(d.allowing("dynamodb:UpdateItem"), "Condition") }},
	{"a role may use keys that nothing makes", "keys", func(d draft) {
		put(d.allowing("dynamodb:UpdateItem"), "Condition.ForAllValues:StringLike.dynamodb:LeadingKeys", list("evt#*", "tkt#*", "old#*"))
	}},
	{"no role may use a kind of key", "keys", func(d draft) {
		_ = walk(d.document["Resources"], func(node map[string]any) error {
			if node["dynamodb:LeadingKeys"] != nil {
				node["dynamodb:LeadingKeys"] = list("evt#*", "tkt#*")
			}
			return nil
		})
	}},
	{"a question's function may end steps of others", "grants", func(d draft) {
		put(d.allowing("states:SendTaskSuccess"), "Resource", "arn:aws:states:us-east-1:210987654321:stateMachine:*")
	}},
	{"a question's function may not end a callback", "grants", func(d draft) {
		put(d.allowing("lambda:SendDurableExecutionCallbackFailure"), "Action", "lambda:SendDurableExecutionCallbackSuccess")
	}},
	{"a key may be used directly", "grants", func(d draft) { drop(d.allowing("kms:Decrypt"), "Condition") }},
	{"a role cannot use the key", "grants", func(d draft) { put(d.allowing("kms:Decrypt"), "Action", "kms:Decrypt") }},
	{"two functions share a role", "grants", func(d draft) {
		functions := d.all("AWS::Lambda::Function")
		put(functions[0], "Role", functions[1]["Role"])
	}},
	{"a role is nobody's", "grants", func(d draft) { d.add("AWS::IAM::Role", map[string]any{}) }},
	{"the code reads another table", "grants", func(d draft) {
		put(d.first("AWS::Lambda::Function"), "Environment.Variables.TABLE_NAME", "other")
	}},

	{"another role than Lambda's", "account", func(d draft) {
		put(d.allowing("sts:AssumeRole"), "Principal.Service", list("lambda.amazonaws.com", "ec2.amazonaws.com"))
	}},
	{"a queue for all accounts", "account", func(d draft) { drop(d.queuePolicy(), "Condition") }},
	{"a queue that asks a rule for its account", "account", func(d draft) { put(d.letting("SendQueuePolicy", "events.amazonaws.com"), "Condition", sourceAccount()) }},
	{"a queue that asks a topic for its account", "account", func(d draft) { put(d.letting("SendQueuePolicy", "sns.amazonaws.com"), "Condition", sourceAccount()) }},
	{"a queue for the rules of others", "account", func(d draft) {
		put(d.letting("SendQueuePolicy", "events.amazonaws.com"), "Condition.ArnLike.aws:SourceArn", "arn:aws:events:*:*:rule/*")
	}},
	{"a topic for rules, which cannot say whose", "account", func(d draft) {
		put(d.allowing("sns:Publish"), "Principal.Service", list("cloudwatch.amazonaws.com", "events.amazonaws.com"))
	}},
	{"a topic for all accounts", "account", func(d draft) { drop(d.allowing("sns:Publish"), "Condition") }},
	{"a function for all accounts", "account", func(d draft) { drop(d.first("AWS::Lambda::Permission", "SourceAccount"), "SourceAccount") }},
	{"a function for all APIs", "account", func(d draft) { drop(d.first("AWS::Lambda::Permission", "SourceArn"), "SourceArn") }},
	{"a function for anybody", "account", func(d draft) { put(d.first("AWS::Lambda::Permission", "SourceAccount"), "Principal", "*") }},

	{"an old runtime", "functions", func(d draft) { put(d.first("AWS::Lambda::Function"), "Runtime", "provided.al2") }},
	{"another architecture", "functions", func(d draft) { put(d.first("AWS::Lambda::Function"), "Architectures", list("x86_64")) }},
	{"no architecture", "functions", func(d draft) { drop(d.first("AWS::Lambda::Function"), "Architectures") }},
	{"little memory", "functions", func(d draft) { put(d.first("AWS::Lambda::Function"), "MemorySize", 128) }},
	{"no time-out", "functions", func(d draft) { drop(d.first("AWS::Lambda::Function"), "Timeout") }},
	{"a time-out longer than the claim", "functions", func(d draft) { put(d.first("AWS::Lambda::Function"), "Timeout", 8) }},
	{"another handler", "functions", func(d draft) { put(d.first("AWS::Lambda::Function"), "Handler", "main") }},
	{"logs in plain text", "functions", func(d draft) { drop(d.first("AWS::Lambda::Function"), "LoggingConfig.LogFormat") }},

	{"a variable that nothing reads", "environment", func(d draft) { put(d.first("AWS::Lambda::Function"), "Environment.Variables.TABEL_NAME", "x") }},
	{"a variable that is not set", "environment", func(d draft) { drop(d.first("AWS::Lambda::Function"), "Environment.Variables.DEDUPE_FAILURE") }},
	{"a value that the code refuses", "environment", func(d draft) { put(d.first("AWS::Lambda::Function"), "Environment.Variables.INLINE_LIMIT", "240 KiB") }},

	{"a log kept for ever", "logs", func(d draft) { drop(d.first("AWS::Logs::LogGroup"), "RetentionInDays") }},
	{"a log group that goes with the stack", "logs", func(d draft) { drop(d.document, "Resources.EventLogGroup.DeletionPolicy") }},
	{"a log group that Lambda makes", "logs", func(d draft) {
		drop(d.first("AWS::Lambda::Function"), "LoggingConfig.LogGroup")
		drop(d.allowing("logs:PutLogEvents"), "Action")
	}},

	{"a queue that is not encrypted", "queues", func(d draft) { drop(d.first("AWS::SQS::Queue"), "SqsManagedSseEnabled") }},
	{"a queue without TLS", "queues", func(d draft) { drop(d.refusing("sqs:*"), "Condition") }},
	{"a topic without TLS", "topics", func(d draft) { drop(d.refusing("sns:Publish"), "Condition") }},
	{"a queue that drops", "queues", func(d draft) { drop(d.first("AWS::SQS::Queue", "RedrivePolicy"), "RedrivePolicy") }},
	{"a queue that gives up early", "queues", func(d draft) { put(d.first("AWS::SQS::Queue", "RedrivePolicy"), "RedrivePolicy.maxReceiveCount", 3) }},
	{"a queue that gives up to nobody", "queues", func(d draft) {
		put(d.first("AWS::SQS::Queue", "RedrivePolicy"), "RedrivePolicy.deadLetterTargetArn", "arn:aws:sqs:us-east-1:123456789012:gone")
	}},
	{"a queue that delivers twice at once", "queues", func(d draft) { put(d.first("AWS::SQS::Queue", "VisibilityTimeout"), "VisibilityTimeout", 60) }},
	{"messages that do not last", "queues", func(d draft) { put(d.first("AWS::SQS::Queue"), "MessageRetentionPeriod", 345600) }},
	{"a FIFO queue that gives up to another kind", "queues", func(d draft) {
		queues := d.all("AWS::SQS::Queue", "RedrivePolicy")
		queues[0]["RedrivePolicy"], queues[1]["RedrivePolicy"] = queues[1]["RedrivePolicy"], queues[0]["RedrivePolicy"]
	}},
	{"an event source from elsewhere", "queues", func(d draft) {
		d.add("AWS::Lambda::EventSourceMapping", map[string]any{"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:gone", "FunctionName": "gone"})
	}},
	{"a batch of an ordered queue", "queues", func(d draft) {
		for _, source := range d.all("AWS::Lambda::EventSourceMapping") {
			put(source, "BatchSize", 10)
		}
	}},
	{"a batch that fails whole", "queues", func(d draft) { drop(d.first("AWS::Lambda::EventSourceMapping"), "FunctionResponseTypes") }},

	{"a rule that drops", "delivery", func(d draft) { drop(d.target(), "DeadLetterConfig") }},
	{"a rule that gives up to nobody", "delivery", func(d draft) {
		put(d.target(), "DeadLetterConfig.Arn", "arn:aws:sqs:us-east-1:123456789012:gone")
	}},
	{"a rule that may not deliver", "delivery", func(d draft) {
		put(d.letting("SendQueuePolicy", "events.amazonaws.com"), "Action", list())
	}},
	{"a topic that may not give up", "delivery", func(d draft) {
		put(d.letting("SendQueuePolicy", "sns.amazonaws.com"), "Action", list())
	}},
	{"a rule that gives up to a FIFO queue", "delivery", func(d draft) {
		fifo := d.first("AWS::SQS::Queue", "FifoQueue", "RedrivePolicy")["RedrivePolicy"].(map[string]any)
		put(d.target(), "DeadLetterConfig.Arn", fifo["deadLetterTargetArn"])
	}},
	{"no policy of the queue", "delivery queues", func(d draft) { d.remove("AWS::SQS::QueuePolicy") }},
	{"a subscription that drops", "delivery", func(d draft) { drop(d.first("AWS::SNS::Subscription", "RedrivePolicy"), "RedrivePolicy") }},
	{"an invocation that is lost", "delivery", func(d draft) {
		drop(d.first("AWS::Lambda::EventInvokeConfig"), "DestinationConfig")
		put(d.statement("sqs:SendMessage", "AWS::IAM::Role"), "Action", list())
	}},

	{"a table that grows", "table", func(d draft) { put(d.first("AWS::DynamoDB::Table"), "TimeToLiveSpecification.Enabled", false) }},
	{"a table that expires by another attribute", "table", func(d draft) {
		put(d.first("AWS::DynamoDB::Table"), "TimeToLiveSpecification.AttributeName", "expires")
	}},
	{"a table under the key of AWS", "table", func(d draft) { put(d.first("AWS::DynamoDB::Table"), "SSESpecification.SSEEnabled", false) }},
	{"a table that throttles", "table", func(d draft) { put(d.first("AWS::DynamoDB::Table"), "BillingMode", "PROVISIONED") }},

	{"a bucket that can be public", "bucket", func(d draft) {
		put(d.first("AWS::S3::Bucket"), "PublicAccessBlockConfiguration.RestrictPublicBuckets", false)
	}},
	{"a bucket that does not say how it encrypts", "bucket", func(d draft) { put(d.first("AWS::S3::Bucket"), "BucketEncryption", map[string]any{}) }},
	{"a bucket that grows", "bucket", func(d draft) { drop(d.first("AWS::S3::Bucket"), "LifecycleConfiguration") }},
	{"a bucket that deletes the users' files", "bucket", func(d draft) {
		rules := d.first("AWS::S3::Bucket")["LifecycleConfiguration"].(map[string]any)["Rules"].([]any)
		drop(rules[0].(map[string]any), "Prefix")
	}},
	{"a bucket without TLS", "bucket", func(d draft) { d.remove("AWS::S3::BucketPolicy") }},
	{"TLS for the bucket only, not for its objects", "bucket", func(d draft) {
		tls := d.allowing("s3:*")
		put(tls, "Resource", tls["Resource"].([]any)[:1])
	}},

	{"an API without a limit", "api", func(d draft) { put(d.first("AWS::ApiGatewayV2::Stage"), "DefaultRouteSettings.ThrottlingRateLimit", 0) }},
	{"an API without a log", "api", func(d draft) { drop(d.first("AWS::ApiGatewayV2::Stage"), "AccessLogSettings") }},
	{"an API that logs to nowhere", "api", func(d draft) {
		put(d.first("AWS::ApiGatewayV2::Stage"), "AccessLogSettings.DestinationArn", "arn:aws:logs:us-east-1:123456789012:log-group:gone:*")
	}},
	{"an API without a stage", "api", func(d draft) { d.add("AWS::ApiGatewayV2::Api", nil) }},

	{"a parameter in no group", "parameters", func(d draft) { put(d.groups()[0], "Parameters", list()) }},
	{"a parameter in two groups", "parameters", func(d draft) {
		groups := d.groups()
		put(groups[0], "Parameters", append(groups[0]["Parameters"].([]any), groups[1]["Parameters"].([]any)...))
	}},
	{"a parameter without a label", "parameters", func(d draft) { drop(d.document, "Metadata.AWS::CloudFormation::Interface.ParameterLabels.LogLevel") }},
	{"a group without a label", "parameters", func(d draft) { drop(d.groups()[0], "Label") }},
	{"a parameter that is not there", "parameters", func(d draft) {
		put(d.groups()[0], "Parameters", append(d.groups()[0]["Parameters"].([]any), "Gone"))
	}},
	{"a label for nothing", "parameters", func(d draft) {
		put(d.document, "Metadata.AWS::CloudFormation::Interface.ParameterLabels.Gone", map[string]any{"default": "Gone"})
	}},
	{"a parameter without a description", "parameters", func(d draft) { drop(d.document, "Parameters.LogLevel.Description") }},
	{"a parameter that may be anything", "parameters", func(d draft) { drop(d.document, "Parameters.LogLevel.AllowedValues") }},
	{"a parameter that changes nothing", "parameters", func(d draft) {
		for _, function := range d.all("AWS::Lambda::Function") {
			put(function, "LoggingConfig.ApplicationLogLevel", "INFO")
		}
	}},

	{"an output without a description", "outputs", func(d draft) { drop(d.document, "Outputs.BusName.Description") }},
	{"an output of nothing", "outputs", func(d draft) { put(d.document, "Outputs.BusName.Value", "") }},

	{"an alarm that tells nobody", "alarms", func(d draft) { put(d.first("AWS::CloudWatch::Alarm"), "AlarmActions", list()) }},
	{"an alarm that tells a topic that is not there", "alarms", func(d draft) {
		put(d.first("AWS::CloudWatch::Alarm"), "AlarmActions", list("arn:aws:sns:us-east-1:123456789012:gone"))
	}},
	{"an alarm that may not tell", "alarms", func(d draft) {
		put(d.letting("OperatorTopicPolicy", "cloudwatch.amazonaws.com"), "Principal.Service", "budgets.amazonaws.com")
	}},
	{"an alarm without a run-book", "alarms", func(d draft) { put(d.first("AWS::CloudWatch::Alarm"), "AlarmDescription", "Something is wrong") }},
	{"an alarm whose section is not there", "alarms", func(d draft) {
		put(d.first("AWS::CloudWatch::Alarm"), "AlarmDescription", "See https://example.com/runbook.md#gone")
	}},
	{"an alarm that does not say what silence means", "alarms", func(d draft) { drop(d.first("AWS::CloudWatch::Alarm"), "TreatMissingData") }},
	{"an alarm on what nothing counts", "alarms", func(d draft) { d.watch("Larkbridge", "Refusals", "Stack", template.Stack) }},
	{"an alarm on another stack", "alarms", func(d draft) { d.watch("Larkbridge", "Refused", "Stack", "other") }},
	{"an alarm on a dimension that is not counted", "alarms", func(d draft) { d.watch("Larkbridge", "Refused", "Function", "event") }},
	{"an alarm that leaves out a dimension", "alarms", func(d draft) { d.watch("Larkbridge", "TicketStored", "Stack", template.Stack) }},
	{"an alarm on a metric that AWS has not", "alarms", func(d draft) { d.watch("AWS/SQS", "Depth", "QueueName", d.first("AWS::SQS::Queue")["QueueName"]) }},
	{"an alarm on a queue that is not there", "alarms", func(d draft) { d.watch("AWS/SQS", "NumberOfMessagesSent", "QueueName", "gone") }},
	{"an alarm whose sum leaves a metric out", "alarms", func(d draft) { put(d.sum(), "Expression", "1") }},
	{"an alarm whose sum has a typo", "alarms", func(d draft) { put(d.sum(), "Expression", d.sum()["Expression"].(string)+" + typo") }},
	{"an alarm that late data does not reach", "alarms", func(d draft) {
		put(d.first("AWS::CloudWatch::Alarm", "DatapointsToAlarm"), "DatapointsToAlarm", 2)
	}},
	{"two alarms of one name", "alarms", func(d draft) {
		put(d.all("AWS::CloudWatch::Alarm")[1], "AlarmName", d.first("AWS::CloudWatch::Alarm")["AlarmName"])
	}},

	{"a graph of what nothing counts", "dashboard", func(d draft) {
		put(d.first("AWS::CloudWatch::Dashboard"), "DashboardBody", `{"widgets":[{"properties":{"metrics":[["Larkbridge","Refusals","Stack","larkbridge"]]}}]}`)
	}},
	{"a graph of another function", "dashboard", func(d draft) {
		put(d.first("AWS::CloudWatch::Dashboard"), "DashboardBody", `{"widgets":[{"properties":{"metrics":[["AWS/Lambda","Errors","FunctionName","other"]]}}]}`)
	}},
	{"a dashboard that is no JSON", "dashboard", func(d draft) { put(d.first("AWS::CloudWatch::Dashboard"), "DashboardBody", `{"widgets":[}`) }},
}

// sourceAccount is the condition that holds a service to this account, if it
// says for which it acts.
func sourceAccount() map[string]any {
	return map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": template.Account}}
}

func TestBreakages(t *testing.T) {
	known := gather(t)
	parameters := sets(t, template.Translate(t))["first, filled"]
	delete(parameters, "OperatorTopicArn") // the stack's own topic can be broken
	parameters["Asks"] = "on"
	whole := inspect(t, template.Translate(t), parameters, known)
	for _, b := range breakages {
		t.Run(b.name, func(t *testing.T) {
			d := draft{t, template.Translate(t)}
			b.do(d)
			for check, findings := range inspect(t, d.document, parameters, known) {
				findings = slices.DeleteFunc(findings, func(finding string) bool { return slices.Contains(whole[check], finding) })
				if noticed := len(findings) > 0; noticed != slices.Contains(strings.Fields(b.checks), check) {
					t.Errorf("%s finds %q", check, findings)
				}
			}
		})
	}
}

// What changes is the code: its role must follow.
func TestCodeThatCallsMore(t *testing.T) {
	document, known := template.Translate(t), gather(t)
	for folder, actions := range known.calls {
		for _, calls := range [][]string{append(slices.Clone(actions), "dynamodb:DeleteItem"), actions[1:]} {
			changed := known
			changed.calls = maps.Clone(known.calls)
			changed.calls[folder] = calls
			if found := inspect(t, document, map[string]string{"Asks": "on"}, changed)["grants"]; len(found) == 0 {
				t.Errorf("%s calls %q: not noticed", folder, calls)
			}
		}
	}
}
