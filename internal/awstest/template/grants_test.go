package template_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// grant is one action on one resource.
type grant struct{ action, resource string }

// What AWS itself does with a function's role, apart from the code.
var (
	// An event source mapping polls the queue with it.
	pollQueue = []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
	// Lambda writes what the function prints; the template makes the group.
	writeLog = []string{"logs:CreateLogStream", "logs:PutLogEvents"}
	// Lambda puts a function into subnets with it ("Giving Lambda functions access
	// to resources in an Amazon VPC").
	useSubnets = []string{
		"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
		"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
	}
	// Lambda writes traces with it; X-Ray has no resources.
	writeTraces = []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
	// DynamoDB, S3 and Parameter Store use a key of one's own for the caller,
	// as "Using customer managed keys" of the DynamoDB guide lists.
	useKey = []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
)

// checkGrants holds what each function's role may do against what the function
// does: no less and no more.
func checkGrants(fx *fixture) (f findings) {
	used := make(map[string]string)
	for _, function := range fx.functions {
		role := fx.ByARN(function.Role)
		if role == nil || role.Type != "AWS::IAM::Role" {
			f.add("%s has no role of the template", function.ID)
			continue
		}
		if other, ok := used[role.ID]; ok {
			f.add("%s and %s share a role", other, function.ID)
			continue
		}
		used[role.ID] = function.ID
		needed, err := fx.needs(function)
		if err != nil {
			f.add("%s: %v", function.ID, err)
			continue
		}
		f = append(f, fx.compare(role, needed)...)
	}
	for _, role := range fx.Of("AWS::IAM::Role") {
		switch {
		case fx.deploys(role):
			f = append(f, fx.compare(role, fx.deploymentNeeds())...)
		case used[role.ID] == "":
			f.add("no function has the role %s", role.ID)
		}
	}
	return f
}

// deploys reports whether CodeDeploy uses a role.
func (fx *fixture) deploys(role *template.Resource) bool {
	return slices.ContainsFunc(fx.Of("AWS::CodeDeploy::DeploymentGroup"), func(r *template.Resource) bool { return r.Properties["ServiceRoleArn"] == role.ARN })
}

// deploymentNeeds is what CodeDeploy does to move an alias and to look at the
// alarms of its deployment groups.
func (fx *fixture) deploymentNeeds() map[grant]bool {
	needed := make(map[grant]bool)
	for _, alias := range fx.Of("AWS::Lambda::Alias") {
		for _, action := range []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"} {
			needed[grant{action, alias.ARN}] = true
			needed[grant{action, strings.TrimSuffix(alias.ARN, ":live")}] = true
		}
	}
	for _, group := range fx.Of("AWS::CodeDeploy::DeploymentGroup") {
		var p struct {
			AlarmConfiguration struct{ Alarms []struct{ Name string } }
		}
		_ = group.Decode(&p)
		for _, alarm := range p.AlarmConfiguration.Alarms {
			if found := fx.byName("AWS::CloudWatch::Alarm", alarm.Name); found != nil {
				needed[grant{"cloudwatch:DescribeAlarms", found.ARN}] = true
			}
		}
	}
	return needed
}

func (fx *fixture) compare(role *template.Resource, needed map[grant]bool) (f findings) {
	given := make(map[grant]bool)
	for _, s := range fx.of(role) {
		if s.Effect != "Allow" {
			if s.Sid != "UseSubnetsByLambdaOnly" {
				f.add("%v: only Allow is known here", s)
			}
			continue
		}
		for _, action := range s.Action {
			if !conditioned(s, action) {
				f.add("%v: a key only through a service, the table only by keys, and no other condition", s)
			}
			for _, resource := range s.Resource {
				g := grant{action, resource}
				given[g] = true
				if !needed[g] && !strings.ContainsAny(action, "*?") && (!fx.wide(resource) || isWideByNature(s)) {
					f.add("%s may do %s on %s, which it never does", role.ID, action, resource)
				}
			}
		}
	}
	for g := range needed {
		if !given[g] && !covered(g, given) {
			f.add("%s may not do %s on %s, which it needs", role.ID, g.action, g.resource)
		}
	}
	return f
}

// conditioned reports whether a statement has the condition that an action must
// have, and no other.
func conditioned(s statement, action string) bool {
	var has bool
	switch service, _, _ := strings.Cut(action, ":"); service {
	case "kms":
		_, has = s.Condition["StringEquals"]["kms:ViaService"]
	case "dynamodb":
		has = len(s.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]) > 0
	default:
		return len(s.Condition) == 0
	}
	return has && len(s.Condition) == 1
}

// checkKeys compares the keys of the table that the roles may use with those that
// lib/store and lib/ask make: each kind of key begins with a prefix of its own.
func checkKeys(fx *fixture) (f findings) {
	granted := make(map[string]bool)
	for _, s := range fx.statements {
		for _, key := range s.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] {
			granted[key] = true
			if prefix, ok := strings.CutSuffix(key, "*"); !ok || !fx.makesKeys(prefix) {
				f.add("%v: nothing makes keys %s", s, key)
			}
		}
	}
	for prefix := range fx.keyPrefixes {
		if !granted[prefix+"*"] && (prefix != "ask#" || fx.asks()) {
			f.add("no role may use the keys %s*, which the code makes: add them to the functions that do", prefix)
		}
	}
	return f
}

// makesKeys reports whether lib/store makes keys that begin with the prefix, or with
// the begin of it.
func (fx *fixture) makesKeys(prefix string) bool {
	for made := range fx.keyPrefixes {
		if strings.HasPrefix(prefix, made) {
			return true
		}
	}
	return false
}

// covered reports whether a wildcard gives g.
func covered(g grant, given map[grant]bool) bool {
	for wide := range given {
		if template.Matches(wide.action, g.action) && template.Matches(wide.resource, g.resource) {
			return true
		}
	}
	return false
}

// of returns the statements about what a role may do.
func (fx *fixture) of(role *template.Resource) (found []statement) {
	for _, s := range fx.statements {
		if s.owner == role {
			if len(s.Principal) == 0 { // not who may take it
				found = append(found, s)
			}
			continue
		}
		var p struct{ Roles []string }
		if strings.HasPrefix(s.owner.Type, "AWS::IAM::") && s.owner.Decode(&p) == nil && slices.Contains(p.Roles, role.Name) {
			found = append(found, s)
		}
	}
	return found
}

// needs is what a function's role must allow.
func (fx *fixture) needs(f template.Function) (map[grant]bool, error) {
	needed := make(map[grant]bool)
	add := func(resource string, actions ...string) {
		for _, action := range actions {
			needed[grant{action, resource}] = true
		}
	}
	folder, ok := fx.folder[f.ID]
	if !ok {
		return nil, fmt.Errorf("the Makefile has no target build-%s", f.ID)
	}
	for _, action := range fx.calls[folder] {
		if !fx.asks() && slices.Contains(forAsks, action) {
			continue
		}
		resources, err := fx.calledOn(f, action)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", action, err)
		}
		for _, resource := range resources {
			add(resource, action)
		}
	}
	for _, queue := range fx.polled(f) {
		add(queue, pollQueue...)
	}
	for _, queue := range fx.onFailure(f) {
		add(queue, "sqs:SendMessage")
	}
	if group := fx.byName("AWS::Logs::LogGroup", f.LogGroup); group != nil {
		add(group.ARN+":*", writeLog...)
	}
	if f.Properties["VpcConfig"] != nil {
		add("*", useSubnets...)
	}
	if tracing, _ := f.Properties["TracingConfig"].(map[string]any); tracing["Mode"] == "Active" {
		add("*", writeTraces...)
	}
	for _, key := range fx.keys() {
		add(key, useKey...)
	}
	return needed, nil
}

// calledOn is what a call of the code is about, as the function's environment
// says.
func (fx *fixture) calledOn(f template.Function, action string) ([]string, error) {
	service, _, _ := strings.Cut(action, ":")
	switch service {
	case "dynamodb":
		return fx.arnOf("AWS::DynamoDB::Table", f.Environment["TABLE_NAME"], "")
	case "events":
		if bus := fx.Parameters["EventBusName"]; bus != "" && bus == f.Environment["BUS_NAME"] {
			return []string{"arn:aws:events:" + template.Region + ":" + template.Account + ":event-bus/" + bus}, nil
		}
		return fx.arnOf("AWS::Events::EventBus", f.Environment["BUS_NAME"], "")
	case "s3":
		// Each function has its own part of the bucket.
		folder := "/events/*"
		if f.ID == "SendFunction" {
			folder = "/files/*"
		}
		return fx.arnOf("AWS::S3::Bucket", f.Environment["BUCKET_NAME"], folder)
	case "ssm":
		return []string{"arn:aws:ssm:" + template.Region + ":" + template.Account + ":parameter" + f.Environment["PARAMETER_PREFIX"] + "/*"}, nil
	case "sqs":
		if action == "sqs:SendMessage" {
			return fx.queueOf(f.Environment["ASK_QUEUE_URL"]), nil
		}
		return fx.polled(f), nil
	case "states":
		return []string{"arn:aws:states:" + template.Region + ":" + template.Account + ":stateMachine:*"}, nil
	case "lambda":
		if slices.Contains(forAsks, action) {
			return []string{"arn:aws:lambda:" + template.Region + ":" + template.Account + ":function:*"}, nil
		}
		return fx.listed("CardHandlerArns"), nil
	}
	return nil, fmt.Errorf("what it is called on is not known here")
}

// asks reports whether the stack asks questions.
func (fx *fixture) asks() bool {
	return slices.ContainsFunc(fx.functions, func(f template.Function) bool { return f.Environment["ASK_QUEUE_URL"] != "" })
}

// queueOf returns the ARN of the queue with a URL.
func (fx *fixture) queueOf(url string) (arns []string) {
	for _, q := range fx.queues {
		if strings.HasSuffix(url, "/"+q.Name) {
			arns = append(arns, q.ARN)
		}
	}
	return arns
}

func (fx *fixture) arnOf(kind, name, suffix string) ([]string, error) {
	r := fx.byName(kind, name)
	if r == nil {
		return nil, fmt.Errorf("no %s is called %q", kind, name)
	}
	return []string{r.ARN + suffix}, nil
}

// polled are the queues that feed a function.
func (fx *fixture) polled(f template.Function) (queues []string) {
	for _, source := range fx.sources {
		if f.Called(source.Function) {
			queues = append(queues, source.Queue)
		}
	}
	return queues
}

// keys are the KMS keys of the user's own.
func (fx *fixture) keys() (keys []string) {
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::S3::Bucket"} {
		for _, r := range fx.Of(kind) {
			_ = walk(r.Properties, func(node map[string]any) error {
				for _, name := range []string{"KMSMasterKeyId", "KMSMasterKeyID"} {
					if key, ok := node[name].(string); ok {
						keys = append(keys, key)
					}
				}
				return nil
			})
		}
	}
	return keys
}
