package deploy_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
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
		path := filepath.Join(s.t.TempDir(), "zip")
		if err == nil {
			err = os.WriteFile(path, archive.Bytes(), 0o600)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.aws("lambda", "update-function-code", "--function-name", s.function(function), "--zip-file", "fileb://"+path)
	}
}

func (s *stack) function(id string) string { return s.name + "-" + strings.ToLower(id) }

// codes are the hashes of the functions' zips.
func (s *stack) codes() (hashes []string) {
	s.t.Helper()
	for _, function := range functions {
		var out struct{ CodeSha256 string }
		s.json(&out, "lambda", "get-function-configuration", "--function-name", s.function(function))
		hashes = append(hashes, out.CodeSha256)
	}
	return hashes
}

// output is one of the stack's outputs. Without them the stack is not complete.
func (s *stack) output(key string) string {
	s.t.Helper()
	var out struct {
		Stacks []struct {
			StackStatus string
			Outputs     []struct{ OutputKey, OutputValue string }
		}
	}
	s.json(&out, "cloudformation", "describe-stacks", "--stack-name", s.name)
	for _, o := range out.Stacks[0].Outputs {
		if o.OutputKey == key && o.OutputValue != "" {
			return o.OutputValue
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
	for _, door := range []string{"event", "card"} {
		var integration struct{ IntegrationId string }
		s.json(&integration, "apigatewayv2", "create-integration", "--api-id", api, "--integration-type", "AWS_PROXY", "--payload-format-version", "2.0",
			"--integration-uri", "arn:aws:lambda:us-east-1:000000000000:function:"+s.name+"-"+door)
		for _, path := range []string{"/" + door, "/" + door + "/{app}"} {
			s.aws("apigatewayv2", "create-route", "--api-id", api, "--route-key", "ANY "+path, "--target", "integrations/"+integration.IntegrationId)
		}
	}
	var mappings struct {
		EventSourceMappings []struct{ UUID string }
	}
	s.json(&mappings, "lambda", "list-event-source-mappings")
	for _, m := range mappings.EventSourceMappings {
		s.aws("lambda", "update-event-source-mapping", "--uuid", m.UUID, "--scaling-config", "MaximumConcurrency=2")
	}
}

// ruleToQueue is what a user adds: messages to the send queue, as requests.
func (s *stack) ruleToQueue() {
	s.t.Helper()
	s.aws("events", "put-rule", "--event-bus-name", s.name, "--name", "echo", "--event-pattern", `{"source":["lark"],"detail-type":["im.message.receive_v1"]}`)
	target, err := json.Marshal([]any{stage.Echo("arn:aws:sqs:us-east-1:000000000000:" + s.name + "-send")})
	if err != nil {
		s.t.Fatal(err)
	}
	s.aws("events", "put-targets", "--event-bus-name", s.name, "--rule", "echo", "--targets", string(target))
}

// probe is a queue that gets everything on the bus.
func (s *stack) probe() string {
	s.t.Helper()
	var queue struct{ QueueUrl string }
	s.json(&queue, "sqs", "create-queue", "--queue-name", "probe")
	s.aws("events", "put-rule", "--event-bus-name", s.name, "--name", "probe", "--event-pattern", `{"source":["lark"]}`)
	s.aws("events", "put-targets", "--event-bus-name", s.name, "--rule", "probe", "--targets", "Id=probe,Arn=arn:aws:sqs:us-east-1:000000000000:probe")
	return queue.QueueUrl
}

// drain returns the ids of the events that are new in a queue. It deletes
// nothing, for SQS may deliver a message twice anyhow: it knows them by their
// own ids. It calls SQS itself: a process of the CLI for each would take minutes.
func (s *stack) drain(queue string) []string {
	s.t.Helper()
	client := sqs.New(sqs.Options{BaseEndpoint: &s.endpoint, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}})
	var ids []string
	for {
		out, err := client.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return ids
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
				ids = append(ids, event.Detail.Header.EventID)
			}
		}
	}
}
