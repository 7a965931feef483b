package harness_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// shared is what the tests of this package have in common.
var shared struct {
	emulator harness.SharedEmulator
	dir      string
	build    sync.Once
	buildErr error
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "larkbridge-harness-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	shared.dir = dir
	code := m.Run()
	if err := shared.emulator.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop emulator:", err)
		return 1
	}
	return code
}

// bootstrap builds the echo function once.
func bootstrap(t testing.TB) string {
	t.Helper()
	path := filepath.Join(shared.dir, "bootstrap")
	shared.build.Do(func() {
		out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", path, "./testdata/echo").CombinedOutput()
		if err != nil {
			shared.buildErr = errors.New(string(out))
		}
	})
	if shared.buildErr != nil {
		t.Fatal(shared.buildErr)
	}
	return path
}

// emulator is the shared one, empty.
func emulator(t testing.TB) *harness.Emulator {
	t.Helper()
	e := shared.emulator.Get(t)
	if err := e.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// eventually polls for what another process is about to do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.After(2*time.Minute), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 2 minutes: %s", what)
		}
	}
}

// clients are the pinned SDK's, without retries, so that a test sees each answer.
type clients struct {
	dynamo *dynamodb.Client
	events *eventbridge.Client
	ssm    *ssm.Client
	sqs    *sqs.Client
}

func connect(endpoint string) clients {
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	})
	once := aws.NopRetryer{}
	return clients{
		dynamo: dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: keys, Retryer: once}),
		events: eventbridge.New(eventbridge.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: keys, Retryer: once}),
		ssm:    ssm.New(ssm.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: keys, Retryer: once}),
		sqs:    sqs.New(sqs.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: keys, Retryer: once}),
	}
}
