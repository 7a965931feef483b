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
		"AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none, "AWS_PROFILE=", "AWS_REGION=", "AWS_DEFAULT_REGION=", "AWS_EC2_METADATA_DISABLED=true",
	}, env...) {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
}

func TestSettingsFail(t *testing.T) {
	onAWS(t, "AWS_REGION=us-east-1")
	for args, want := range map[string]string{
		"app put x --file /none": "reading the settings: open /none",
		"app put X":              "1 to 32 of a-z",
	} {
		if code, _, stderr := invoke(t.Context(), nil, strings.Fields(args)...); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("larkbridge %s: exit code %d, %q", args, code, stderr)
		}
	}
}

const operateSecret = "operate-app-secret"

// deployed makes a stack named larkbridge: moto, a Lambda API whose functions return ok,
// and both endpoints in this process. It returns the URL of the endpoints.
func deployed(t *testing.T) (url string) {
	t.Helper()
	e := harness.StartEmulator(t)
	yes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":true}`) }))
	t.Cleanup(yes.Close)
	onAWS(t, append(e.Env(), "AWS_ENDPOINT_URL_LAMBDA="+yes.URL)...)
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
		{"doctor --event-url " + endpoints + "/event", "fail  settings ", 1},
		{"app put default --file " + file, "Stored as parameter /larkbridge/default, under the account's own key", 0},
		{"app put --file " + file + " default --no-check", "events     /event\n", 0},
		{"app list", "default           app_id app_secret domain encrypt_key verification_token\n", 0},
		{"doctor --event-url " + endpoints + "/event --card-url " + endpoints + "/card", "\n15 ok, 0 failed, 0 skipped\n", 0},
		{"doctor", "\n8 ok, 0 failed, 3 skipped\n", 0},
		{"dlq list", "larkbridge-send-dead          0 dead\n", 0},
		{"dlq show", "larkbridge-send-dead.fifo: 0 dead\n", 0},
		{"dlq redrive", "larkbridge-send-dead          nothing to do\n", 0},
		{"dlq list --stack other", "", 1},
		{"replay --since 2h", " and the same other flags it is the same replay.\n", 0},
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
