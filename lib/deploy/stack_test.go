package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"larkbridge/lib/harness"
)

// stack is the deployed template on an emulator.
type stack struct {
	t        *testing.T
	tools    string // the folder of sam, aws and ministack
	root     string
	build    string
	endpoint string
	apiHost  string
	log      string
	env      []string
}

const name = "larkbridge"

// newStack launches the emulator, builds and deploys.
func newStack(t *testing.T) *stack {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	tools := os.Getenv("LARKBRIDGE_TOOLS")
	if tools == "" {
		tools = filepath.Join(root, ".tools", "venv")
	}
	s := &stack{t: t, tools: filepath.Join(tools, "bin"), root: root, build: t.TempDir(), log: filepath.Join(t.TempDir(), "log")}
	if _, err := os.Stat(filepath.Join(s.tools, "ministack")); errors.Is(err, fs.ErrNotExist) && os.Getenv("LARKBRIDGE_REQUIRE_EMULATOR") != "1" {
		t.Skip("left out: needs the AWS emulator; `make test` installs it")
	}
	s.launch()
	s.run(root, "sam", "build", "--build-in-source", "--build-dir", s.build)
	for function, dir := range map[string]string{"event": "EventFunction", "card": "CardFunction", "send": "SendFunction"} {
		// The template's binaries are for arm64; this machine runs its own.
		s.replace(harness.Bootstrap(t, function), filepath.Join(s.build, dir, "bootstrap"))
	}
	s.deploy("LogLevel=INFO")
	s.complete()
	return s
}

// launch starts the emulator on the loopback interface.
func (s *stack) launch() {
	port := freePort(s.t)
	s.endpoint = "http://127.0.0.1:" + port
	s.env = append(os.Environ(), "AWS_ENDPOINT_URL="+s.endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "SAM_CLI_TELEMETRY=0",
		"BIND_HOST=127.0.0.1", "SFTP_ENABLED=0", "IOT_MTLS_ENABLED=0", "GATEWAY_PORT="+port, "PORT="+port) // the two listen elsewhere, too
	log, err := os.Create(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(s.tools, "ministack"))
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, log, log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it ends its functions too
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		log.Close()
	})
	s.await("the emulator", func() bool {
		resp, err := http.Get(s.endpoint + "/_ministack/health")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (s *stack) deploy(overrides ...string) {
	s.t.Helper()
	args := append([]string{"deploy", "--template", filepath.Join(s.build, "template.yaml"), "--stack-name", name, "--resolve-s3",
		"--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
		"--parameter-overrides", "ArchiveDays=0", "Alarms=off"}, overrides...) // the emulator has no archives, and no alarms on metric math
	s.run(s.build, "sam", args...)
}

// complete makes through the API what the emulator leaves out of the template:
// the routes of an HTTP API, whose definition SAM puts into its Body, and a
// number that it keeps as a text in the queues' event source mappings.
func (s *stack) complete() {
	s.t.Helper()
	var apis struct {
		Items []struct{ ApiId, ApiEndpoint string }
	}
	s.json(&apis, "apigatewayv2", "get-apis")
	if len(apis.Items) != 1 {
		s.t.Fatalf("%d APIs", len(apis.Items))
	}
	api := apis.Items[0].ApiId
	s.apiHost = strings.TrimPrefix(apis.Items[0].ApiEndpoint, "http://")
	for _, door := range []string{"event", "card"} {
		var integration struct{ IntegrationId string }
		s.json(&integration, "apigatewayv2", "create-integration", "--api-id", api, "--integration-type", "AWS_PROXY", "--payload-format-version", "2.0",
			"--integration-uri", "arn:aws:lambda:us-east-1:000000000000:function:"+name+"-"+door)
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
	s.aws("events", "put-rule", "--event-bus-name", name, "--name", "echo", "--event-pattern", `{"source":["lark"],"detail-type":["im.message.receive_v1"]}`)
	target, err := json.Marshal([]any{map[string]any{
		"Id": "send", "Arn": "arn:aws:sqs:us-east-1:000000000000:" + name + "-send",
		"InputTransformer": map[string]any{
			"InputPathsMap": map[string]string{"chat": "$.detail.event.message.chat_id", "text": "$.detail.message.text", "id": "$.detail.header.event_id"},
			"InputTemplate": `{"message":{"to":{"chat_id":"<chat>"},"text":"You said: <text>"},"idempotency_key":"<id>"}`,
		},
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.aws("events", "put-targets", "--event-bus-name", name, "--rule", "echo", "--targets", string(target))
}

// probe is a queue that gets everything on the bus.
func (s *stack) probe() string {
	s.t.Helper()
	var queue struct{ QueueUrl string }
	s.json(&queue, "sqs", "create-queue", "--queue-name", "probe")
	s.aws("events", "put-rule", "--event-bus-name", name, "--name", "probe", "--event-pattern", `{"source":["lark"]}`)
	s.aws("events", "put-targets", "--event-bus-name", name, "--rule", "probe", "--targets", "Id=probe,Arn=arn:aws:sqs:us-east-1:000000000000:probe")
	return queue.QueueUrl
}

// drain returns the ids of the events in a queue. It calls SQS itself: a process
// of the CLI for each message would take minutes.
func (s *stack) drain(queue string) []string {
	s.t.Helper()
	var ids []string
	for {
		var out struct {
			Messages []struct{ ReceiptHandle, Body string }
		}
		s.sqs("ReceiveMessage", map[string]any{"QueueUrl": queue, "MaxNumberOfMessages": 10}, &out)
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
			if err := json.Unmarshal([]byte(m.Body), &event); err != nil {
				s.t.Fatal(err)
			}
			ids = append(ids, event.Detail.Header.EventID)
			s.sqs("DeleteMessage", map[string]any{"QueueUrl": queue, "ReceiptHandle": m.ReceiptHandle}, nil)
		}
	}
}

func (s *stack) sqs(operation string, in, out any) {
	s.t.Helper()
	doc, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.endpoint, bytes.NewReader(doc))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil {
		err = json.NewDecoder(resp.Body).Decode(out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s, %v", operation, resp.Status, err)
	}
}

func (s *stack) aws(args ...string) []byte {
	s.t.Helper()
	return s.run(s.root, "aws", append(args, "--output", "json", "--endpoint-url", s.endpoint)...)
}

func (s *stack) json(out any, args ...string) {
	s.t.Helper()
	doc := s.aws(args...)
	if len(doc) == 0 {
		return // some answers are nothing
	}
	if err := json.Unmarshal(doc, out); err != nil {
		s.t.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	}
}

func (s *stack) run(dir, tool string, args ...string) []byte {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.tools, tool), args...)
	cmd.Dir, cmd.Env = dir, s.env
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		s.t.Fatalf("%s %s: %v\n%s\n%s", tool, strings.Join(args, " "), err, out, exit.Stderr)
	}
	return out
}

func (s *stack) replace(from, to string) {
	s.t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o755)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// await polls until done, for a minute.
func (s *stack) await(what string, done func() bool) {
	s.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !done(); <-tick.C {
		if time.Now().After(end) {
			s.t.Fatalf("%s did not come\n%s", what, s.logs())
		}
	}
}

func (s *stack) logs() string {
	content, err := os.ReadFile(s.log)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(content[max(0, len(content)-4000):])
}
