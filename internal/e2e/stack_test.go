package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
)

// stack is a deployed template.
type stack struct {
	*cloud
	name   string
	source string // the folder that it is deployed from
	url    string // of its API, as soon as that is complete

	drained map[string]bool // messages, by their ids
}

// newStack makes a stack from a copy of the sources. Nothing is deployed yet.
func newStack(t *testing.T) *stack {
	t.Helper()
	config, err := os.ReadFile("../../samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(config), "parameter_overrides") {
		t.Skip("left out: samconfig.toml has the settings of a stack of yours; this tests what a new user finds")
	}
	s := &stack{cloud: newCloud(t), name: "larkbridge", source: sources(t), drained: map[string]bool{}}
	s.lendTools()
	return s
}

// lendTools puts the tools where the Makefile looks for them, as if just made.
// The venv is a folder of its own: what the Makefile may remove are links.
func (s *stack) lendTools() {
	s.t.Helper()
	venv := filepath.Join(s.source, ".tools", "venv")
	err := os.MkdirAll(venv, 0o755)
	if err == nil {
		err = os.Symlink(s.bin, filepath.Join(venv, "bin"))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(venv, "stamp"), nil, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// emulated are the parameters that the emulator needs: it has no archives, and
// no alarms on metric math.
var emulated = []string{"ArchiveDays=0", "Alarms=off"}

// everything are the parameters that add something which the emulator has.
var everything = []string{
	"FileDays=30", "SendTimeout=300", "RolePath=/teams/chat/", "PermissionsBoundaryArn=arn:aws:iam::000000000000:policy/boundary",
	"Tracing=on", "AlarmTopicServices=backup.amazonaws.com", "CardHandlerArns=arn:aws:lambda:us-east-1:000000000000:function:handler",
}

// useTemplate puts a template into the place of the copy's, and returns the path
// of a copy of that one.
func (s *stack) useTemplate(path string) (before string) {
	s.t.Helper()
	place := filepath.Join(s.source, "template.yaml")
	before = filepath.Join(s.t.TempDir(), "template.yaml")
	for _, move := range [][2]string{{place, before}, {path, place}} {
		text, err := os.ReadFile(move[0])
		if err == nil {
			err = os.WriteFile(move[1], text, 0o644)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return before
}

// build is a user's `sam build`, with this machine's binaries at the end: the
// template's are for arm64.
func (s *stack) build() {
	s.t.Helper()
	s.run(s.source, "sam", "build")
	for _, function := range functions {
		path := filepath.Join(s.source, ".aws-sam", "build", function+"Function", "bootstrap")
		if err := os.WriteFile(path, bootstrap(s.t, function), 0o755); err != nil {
			s.t.Fatal(err)
		}
	}
}

// deploy is a user's `sam deploy`, which asks nothing.
func (s *stack) deploy(parameters ...string) {
	s.t.Helper()
	s.run(s.source, "sam", append(append([]string{"deploy", "--parameter-overrides"}, emulated...), parameters...)...)
}

// functions as the template's logical ids have them.
var functions = []string{"Event", "Card", "Send"}

func bootstrap(t *testing.T, function string) []byte {
	t.Helper()
	content, err := os.ReadFile(harness.Bootstrap(t, strings.ToLower(function)))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// swap gives deployed functions this machine's binaries.
func (s *stack) swap() {
	s.t.Helper()
	for _, function := range functions {
		var archive bytes.Buffer
		w := zip.NewWriter(&archive)
		header := &zip.FileHeader{Name: "bootstrap"}
		header.SetMode(0o755)
		file, err := w.CreateHeader(header)
		if err == nil {
			_, err = file.Write(bootstrap(s.t, function))
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.call("lambda", "PUT /2015-03-31/functions/"+s.function(function)+"/code", map[string]any{"ZipFile": archive.Bytes()}, nil)
	}
}

func (s *stack) function(id string) string { return s.name + "-" + strings.ToLower(id) }

// codes are the hashes of the functions' zips.
func (s *stack) codes() (hashes []string) {
	s.t.Helper()
	for _, function := range functions {
		var out struct{ CodeSha256 string }
		s.call("lambda", "GET /2015-03-31/functions/"+s.function(function)+"/configuration", nil, &out)
		hashes = append(hashes, out.CodeSha256)
	}
	return hashes
}

// output is one of the stack's outputs. Without them the stack is not complete.
func (s *stack) output(key string) string {
	s.t.Helper()
	client := cloudformation.New(cloudformation.Options{BaseEndpoint: &s.endpoint, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}})
	out, err := client.DescribeStacks(s.t.Context(), &cloudformation.DescribeStacksInput{StackName: &s.name})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range out.Stacks[0].Outputs {
		if aws.ToString(o.OutputKey) == key && aws.ToString(o.OutputValue) != "" {
			return *o.OutputValue
		}
	}
	s.t.Fatalf("the stack, %s, has no output %s", out.Stacks[0].StackStatus, key)
	return ""
}

// complete makes through the API what the emulator leaves out of the template:
// the routes of an HTTP API, whose definition SAM puts into its Body, and a
// number that it keeps as a text in the queues' event source mappings.
func (s *stack) complete() {
	s.t.Helper()
	s.url = strings.TrimSuffix(s.output("EventUrl"), "/event")
	api := strings.TrimSuffix(strings.TrimPrefix(s.url, "https://"), apis)
	for _, endpoint := range []string{"event", "card"} {
		var integration struct{ IntegrationId string }
		s.call("apigateway", "POST /v2/apis/"+api+"/integrations", map[string]string{"integrationType": "AWS_PROXY", "payloadFormatVersion": "2.0",
			"integrationUri": "arn:aws:lambda:us-east-1:000000000000:function:" + s.name + "-" + endpoint}, &integration)
		for _, path := range []string{"/" + endpoint, "/" + endpoint + "/{app}"} {
			s.call("apigateway", "POST /v2/apis/"+api+"/routes", map[string]string{"routeKey": "ANY " + path, "target": "integrations/" + integration.IntegrationId}, nil)
		}
	}
	var mappings struct {
		EventSourceMappings []struct{ UUID string }
	}
	s.call("lambda", "GET /2015-03-31/event-source-mappings/", nil, &mappings)
	for _, m := range mappings.EventSourceMappings {
		s.call("lambda", "PUT /2015-03-31/event-source-mappings/"+m.UUID, map[string]any{"ScalingConfig": map[string]int{"MaximumConcurrency": 2}}, nil)
	}
}

// ruleToQueue is what a user adds: messages to the send queue, as requests.
func (s *stack) ruleToQueue() {
	s.t.Helper()
	s.rule("echo", `{"source":["lark"],"detail-type":["im.message.receive_v1"]}`, stage.Echo("arn:aws:sqs:us-east-1:000000000000:"+s.name+"-send"))
}

// rule makes a rule on the stack's bus that has one target.
func (s *stack) rule(name, pattern string, target any) {
	s.t.Helper()
	s.call("events", "AWSEvents.PutRule", map[string]string{"EventBusName": s.name, "Name": name, "EventPattern": pattern}, nil)
	s.call("events", "AWSEvents.PutTargets", map[string]any{"EventBusName": s.name, "Rule": name, "Targets": []any{target}}, nil)
}

// probe makes a queue that gets everything on the bus, and returns its URL.
func (s *stack) probe() string {
	s.t.Helper()
	var queue struct{ QueueUrl string }
	s.call("sqs", "AmazonSQS.CreateQueue", map[string]string{"QueueName": "probe"}, &queue)
	s.rule("probe", `{"source":["lark"]}`, map[string]string{"Id": "probe", "Arn": "arn:aws:sqs:us-east-1:000000000000:probe"})
	return queue.QueueUrl
}

// drain returns the ids of the events that are new in a queue. It deletes
// nothing, for SQS may deliver a message twice anyhow: it knows them by their
// own ids.
func (s *stack) drain(queue string) []string {
	s.t.Helper()
	client := sqs.New(sqs.Options{BaseEndpoint: &s.endpoint, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}})
	var eventIDs []string
	for {
		out, err := client.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return eventIDs
		}
		for _, m := range out.Messages {
			var event struct {
				Detail struct {
					Header struct {
						EventID string `json:"event_id"`
					}
				}
			}
			if err := json.Unmarshal([]byte(*m.Body), &event); err != nil {
				s.t.Fatal(err)
			}
			if !s.drained[*m.MessageId] {
				s.drained[*m.MessageId] = true
				eventIDs = append(eventIDs, event.Detail.Header.EventID)
			}
		}
	}
}
