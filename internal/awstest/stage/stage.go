// Package stage sets up what a test of a whole function needs: its resources
// on the AWS emulator, its settings, and its real binary on a Runtime API.
package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Names of the resources, and the secrets that no test may ever see again.
const (
	Table     = "table"
	Bucket    = "bucket"
	Prefix    = "/larkbridge"
	AppSecret = "stage-app-secret"
)

// Stage is an emulator with the resources of the template.
type Stage struct {
	*harness.Emulator
	Bus *harness.Bus

	t         testing.TB
	functions []*harness.Function
	seen      []string // replies
	entries   []harness.BusEntry
	secrets   []string
}

// New empties the emulator and makes the resources. At the end of the test it
// looks for secrets in everything that the functions wrote, answered and put
// on the bus.
func New(t testing.TB, e *harness.Emulator) *Stage {
	t.Helper()
	ctx := t.Context()
	s := &Stage{Emulator: e, t: t, secrets: []string{AppSecret, larktest.EncryptKey, larktest.VerificationToken}}
	var err error
	for _, step := range []func() error{
		func() error { return e.Reset(ctx) },
		func() error { return e.CreateTable(ctx, Table) },
		func() error { return e.CreateBucket(ctx, Bucket) },
		func() error { s.Bus, err = e.CreateBus(ctx, "bus"); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	s.PutApp("default", nil)
	t.Cleanup(s.checkSecrets)
	return s
}

// PutApp stores an app's settings, those of the samples with some changed.
func (s *Stage) PutApp(name string, change map[string]any) {
	s.t.Helper()
	text, err := json.Marshal(Settings(change))
	if err == nil {
		err = s.PutSecret(s.t.Context(), Prefix+"/"+name, string(text))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Settings are those of the samples' app, with some changed.
func Settings(change map[string]any) map[string]any {
	doc := map[string]any{
		"app_id": larktest.AppID, "app_secret": AppSecret,
		"encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken,
	}
	maps.Copy(doc, change)
	return doc
}

// AnswerTimeout replaces the template's 2.5 s in tests that are not about time:
// on a busy machine one call to the emulator may take a second.
const AnswerTimeout = "ANSWER_TIMEOUT=20s"

// Start runs a function with the environment that the template gives it, and
// more where a test needs it. Only ANSWER_TIMEOUT is another.
func (s *Stage) Start(function string, more ...string) *harness.Function {
	s.t.Helper()
	env := append(s.Env(), "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=DEBUG", "TABLE_NAME="+Table, "BUS_NAME=bus", "PARAMETER_PREFIX="+Prefix, "STACK_NAME=stage")
	if function != "send" {
		env = append(env, "BUCKET_NAME="+Bucket, "INLINE_LIMIT=245760", "DEDUPE_FAILURE=open", "GOGC=400", AnswerTimeout)
	}
	f, err := harness.Start(context.Background(), harness.Bootstrap(s.t, function), append(env, more...))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = f.Stop() })
	s.functions = append(s.functions, f)
	return f
}

// Post invokes a function with a POST and returns status and body.
func (s *Stage) Post(f *harness.Function, path string, req lark.Delivery) (int, string) {
	s.t.Helper()
	status, body, err := Post(s.t.Context(), f, path, req)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, f.Logs())
	}
	s.seen = append(s.seen, body)
	return status, body
}

// Post is [Stage.Post] for any goroutine.
func Post(ctx context.Context, f *harness.Function, path string, req lark.Delivery) (int, string, error) {
	header, _ := req.Header.(http.Header) // nil for a delivery without headers
	out, err := f.Invoke(ctx, harness.HTTPEvent(http.MethodPost, path, header, req.Body))
	if err != nil {
		return 0, "", err
	}
	status, _, body, err := harness.HTTPReply(out)
	return status, string(body), err
}

// Entries returns what came on the bus since the last call.
func (s *Stage) Entries() []harness.BusEntry {
	s.t.Helper()
	entries, err := s.Bus.Entries(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.entries = append(s.entries, entries...)
	return entries
}

// Item reads an item of the table as DynamoDB's JSON, nil when there is none.
func (s *Stage) Item(key string) map[string]map[string]string {
	s.t.Helper()
	var out struct{ Item map[string]map[string]string }
	err := s.Call(s.t.Context(), "DynamoDB_20120810.GetItem", map[string]any{
		"TableName": Table, "Key": map[string]any{"pk": map[string]string{"S": key}},
	}, &out)
	if err != nil {
		s.t.Fatal(err)
	}
	return out.Item
}

// Lapse moves the lease of a claim into the past, instead of waiting for it.
func (s *Stage) Lapse(key string) {
	s.t.Helper()
	err := s.Call(s.t.Context(), "DynamoDB_20120810.UpdateItem", map[string]any{
		"TableName": Table, "Key": map[string]any{"pk": map[string]string{"S": key}},
		"UpdateExpression":          "SET lease = :past",
		"ExpressionAttributeValues": map[string]any{":past": map[string]string{"N": "1"}},
	}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
}

// Secret adds a text that nobody may see.
func (s *Stage) Secret(text string) { s.secrets = append(s.secrets, text) }

// checkSecrets runs after the functions have been used for the last time.
func (s *Stage) checkSecrets() {
	entries, err := s.Bus.Entries(context.Background())
	if err != nil {
		s.t.Error(err)
	}
	doc, err := json.Marshal(append(s.entries, entries...))
	if err != nil {
		s.t.Error(err)
	}
	places := map[string]string{"the bus": string(doc), "a reply": strings.Join(s.seen, "\n")}
	for _, f := range s.functions {
		places["a log"] += f.Logs()
	}
	for place, text := range places {
		for _, secret := range s.secrets {
			if strings.Contains(text, secret) {
				s.t.Errorf("%s holds the secret %.4s…", place, secret)
			}
		}
	}
}

// Delivery is what Lark posts now for a payload, see [lark.App.Sign].
func Delivery(payload []byte) lark.Delivery {
	app := lark.App{
		EncryptKeys:        []lark.EncryptKey{lark.NewEncryptKey(larktest.EncryptKey)},
		VerificationTokens: []lark.Secret{larktest.VerificationToken},
	}
	return app.Sign(payload, time.Now())
}

// Payload is the sample of an event type, without white space.
func Payload(t testing.TB, eventType string) []byte {
	t.Helper()
	s, ok := larktest.FindSample(eventType)
	var compact bytes.Buffer
	if !ok || json.Compact(&compact, s.Payload) != nil {
		t.Fatalf("no sample of %s", eventType)
	}
	return compact.Bytes()
}
