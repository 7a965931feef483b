package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// onAWS sets the environment so that the AWS SDK uses only what env says.
func onAWS(t *testing.T, env ...string) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for _, line := range append([]string{
		"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none, "AWS_PROFILE=", "AWS_REGION=", "AWS_DEFAULT_REGION=", "AWS_EC2_METADATA_DISABLED=true",
	}, env...) {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
}

func TestOperatingNeedsARegion(t *testing.T) {
	onAWS(t, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	for _, args := range []string{"app list", "doctor", "dlq list", "replay --since 2h"} {
		if code, _, stderr := invoke(t.Context(), nil, strings.Fields(args)...); code != 1 || !strings.Contains(stderr, "set AWS_REGION") {
			t.Errorf("larkbridge %s: got exit code %d and %q, want 1 and the missing region", args, code, stderr)
		}
	}
}

func TestSettingsFail(t *testing.T) {
	onAWS(t, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1")
	for args, want := range map[string]string{
		"app put x --file /none": "reading the settings: open /none",
		"app put x --file -":     "reading the settings: invalid argument",
	} {
		if code, _, stderr := invoke(t.Context(), nil, strings.Fields(args)...); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("larkbridge %s: exit code %d, %q", args, code, stderr)
		}
	}
}

const operateSecret = "operate-app-secret"

// serveLambda is a Lambda API with the functions of a stack in an account of usual size.
// The function send answers as Lark does for an app with a bot and all scopes.
func serveLambda(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/account-settings") {
		_, _ = io.WriteString(w, `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000}}`)
		return
	}
	payload, _ := io.ReadAll(r.Body) // what is cut asks for nothing
	if strings.Contains(string(payload), "application/v6/scopes") {
		_, _ = io.WriteString(w, `{"ok":true,"data":{"scopes":[{"scope_name":"im:message","grant_status":1},{"scope_name":"im:resource","grant_status":1}]}}`)
		return
	}
	_, _ = io.WriteString(w, `{"ok":true,"data":{"bot":{"open_id":"ou_bot","app_name":"Ops","activate_status":2}}}`)
}

// stackTemplate has what the commands read of a stack; EVENTS and CARDS are its URLs.
const stackTemplate = `{
  "Parameters": {"ParameterPrefix": {"Type": "String", "Default": ""}, "SendConcurrency": {"Type": "Number", "Default": 2}},
  "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
  "Outputs": {"EventUrl": {"Value": "EVENTS"}, "CardUrl": {"Value": "CARDS"}}
}`

// deployed makes a stack named larkbridge: moto, a Lambda API whose functions return ok,
// and both endpoints in this process. It returns the URL of the endpoints.
func deployed(t *testing.T) (url string) {
	t.Helper()
	e := harness.StartEmulator(t)
	functions := httptest.NewServer(http.HandlerFunc(serveLambda))
	t.Cleanup(functions.Close)
	onAWS(t, append(e.Env(), "AWS_ENDPOINT_URL_LAMBDA="+functions.URL)...)
	for name, attributes := range map[string]map[string]string{
		"larkbridge-send": nil, "larkbridge-send-dead": nil,
		"larkbridge-send.fifo": {"FifoQueue": "true"}, "larkbridge-send-dead.fifo": {"FifoQueue": "true"},
	} {
		if err := e.Call(t.Context(), "AmazonSQS.CreateQueue", map[string]any{"QueueName": name, "Attributes": attributes}, nil); err != nil {
			t.Fatal(err)
		}
	}
	b, err := e.CreateBus(t.Context(), "larkbridge")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Call(t.Context(), "AWSEvents.CreateArchive", map[string]string{"ArchiveName": "larkbridge", "EventSourceArn": b.ARN}, nil); err != nil {
		t.Fatal(err)
	}
	memory, entries := store.NewMemory(time.Now), &bus.Memory{}
	entries.Rule(busschema.Rule(t))
	endpoints := httptest.NewServer(&gateway.Gateway{
		Apps: store.NewSettings(store.Documents{"default": operateSettings(t, "")}, nil, time.Now), Claims: memory, Tickets: memory,
		Events: &bus.Bus{Publisher: entries, Blobs: entries, InlineLimit: bus.DefaultInlineLimit},
		Cards:  gateway.Invoked(nil), Now: time.Now,
	})
	t.Cleanup(endpoints.Close)
	template := strings.NewReplacer("EVENTS", endpoints.URL+"/event", "CARDS", endpoints.URL+"/card").Replace(stackTemplate)
	found, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloudformation.NewFromConfig(found).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("larkbridge"), TemplateBody: &template,
	}); err != nil {
		t.Fatal(err)
	}
	return endpoints.URL
}

func operateSettings(t *testing.T, domain string) string {
	t.Helper()
	doc := map[string]string{"app_id": larktest.AppID, "app_secret": operateSecret, "encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken}
	if domain != "" {
		doc["domain"] = domain
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOperatingAStack runs the commands in the order in which an operator does: it puts
// an app, lists and checks it, and then handles dead letters and archived events.
func TestOperatingAStack(t *testing.T) {
	endpoints := deployed(t)
	lark := httptest.NewServer(larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: operateSecret})))
	defer lark.Close()
	file := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(file, []byte(operateSettings(t, lark.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"AWS_ENDPOINT_URL_LAMBDA": os.Getenv("AWS_ENDPOINT_URL_LAMBDA")}
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"doctor", "fail  settings ", 1},
		{"doctor --stack other", "", 1},
		{"app put default --file " + file, "Stored as parameter /larkbridge/default, under the account's own key", 0},
		{"app put default --file " + file, "", 1},
		{"app put --file " + file + " default --no-check --overwrite", "events     " + endpoints + "/event\n", 0},
		{"app put shop --json --file " + file, `"event_url":"` + endpoints + `/event/shop"`, 0},
		{"app get shop", `app_secret            "***"` + "\n", 0},
		{"app get none", "", 1},
		{"app rm shop", "", 1},
		{"app rm shop --yes", "Removed parameter /larkbridge/shop.", 0},
		{"app list", "default           app_id app_secret domain encrypt_key verification_token\n", 0},
		{"app list --json", `{"prefix":"/larkbridge","apps":[{"name":"default","fields":["app_id","app_secret",`, 0},
		{"doctor", "\n19 ok, 0 failed, 0 skipped\n", 0},
		{"doctor --json", `{"status":"ok","subject":"concurrency","note":"the account runs 1000 functions at once`, 0},
		{"doctor --event-url " + endpoints + "/none", "fail  event challenge, default", 1},
		{"dlq list", "larkbridge-send-dead          0 dead\n", 0},
		{"dlq show", "larkbridge-send-dead.fifo: 0 dead\n", 0},
		{"dlq redrive", "larkbridge-send-dead          nothing to do\n", 0},
		{"dlq list --json", `[{"queue":"larkbridge-send-dead","count":0},`, 0},
		{"dlq show --json -n 3", `"messages":[]}`, 0},
		{"dlq redrive --json", `[{"queue":"larkbridge-send-dead","state":"empty"`, 0},
		{"dlq list --stack other", "", 1},
		{"replay --since 2h", " and the same other flags it is the same replay.\n", 0},
		{"replay --since 2h --json", `"started_before":true`, 0},
	} {
		code, out, stderr := invoke(t.Context(), vars, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("larkbridge %s: exit code %d\n%s%s", c.args, code, out, stderr)
		}
		for _, secret := range []string{operateSecret, larktest.EncryptKey, larktest.VerificationToken} {
			if strings.Contains(out+stderr, secret) {
				t.Errorf("larkbridge %s shows a secret: %s%s", c.args, out, stderr)
			}
		}
	}
}
