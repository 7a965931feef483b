package operate_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// shared is moto for all tests of this package; each uses names of its own.
var shared harness.SharedEmulator

func TestMain(m *testing.M) { shared.Main(m) }

// config points the SDK at the emulator.
func config(e *harness.Emulator) aws.Config {
	endpoint := e.Endpoint()
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: http.DefaultClient,
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: keys,
	}
}

var keys = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
})

func parameters(t *testing.T) *ssm.Client { return ssm.NewFromConfig(config(shared.Get(t))) }
func queues(t *testing.T) *sqs.Client     { return sqs.NewFromConfig(config(shared.Get(t))) }
func events(t *testing.T) *eventbridge.Client {
	return eventbridge.NewFromConfig(config(shared.Get(t)))
}

const appSecret = "app-secret-text"

// settings is an app's document, with some fields changed; nil removes one.
func settings(change map[string]any) string {
	doc := map[string]any{
		"app_id": larktest.AppID, "app_secret": appSecret,
		"encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken,
	}
	maps.Copy(doc, change)
	maps.DeleteFunc(doc, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// noSecrets checks what somebody gets to see.
func noSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{appSecret, larktest.EncryptKey, larktest.VerificationToken} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is shown: %s", text)
		}
	}
}

// endpoints serves both URLs with one gateway on in-memory implementations, which
// has the settings.
func endpoints(t *testing.T, docs store.Documents) (*httptest.Server, *bus.Memory) {
	t.Helper()
	memory, entries := store.NewMemory(time.Now), &bus.Memory{}
	entries.Rule(busschema.Rule(t))
	server := httptest.NewServer(&gateway.Gateway{
		Apps: store.NewSettings(docs, nil, time.Now), Claims: memory, Tickets: memory,
		Events: &bus.Bus{Publisher: entries, Blobs: entries, InlineLimit: bus.DefaultInlineLimit},
		Cards:  gateway.Invoked(nil), Now: time.Now,
	})
	t.Cleanup(server.Close)
	return server, entries
}

// printed is the text of results.
type printed struct{ strings.Builder }

// add writes a result, unless there is an error, which it returns.
func (p *printed) add(r interface{ Write(io.Writer) }, err error) error {
	if err == nil {
		r.Write(p)
	}
	return err
}

// refusal is an error of AWS.
func refusal(code string) error { return &smithy.GenericAPIError{Code: code, Message: "no"} }

// function is a Lambda function in memory.
type function func(name, payload string) (string, error)

func (f function) Invoke(_ context.Context, name string, payload []byte) ([]byte, error) {
	if f == nil {
		return nil, errors.New("nobody expected an invocation")
	}
	answer, err := f(name, string(payload))
	return []byte(answer), err
}
