package template_test

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// What a function can call is in its binary: the linker leaves out every method
// that nothing reachable calls, and the names of those that it keeps are there
// for stack traces, also in a stripped binary.
var (
	clientMethod = regexp.MustCompile(`/aws-sdk-go-v2/service/(\w+)\.\(\*Client\)\.([A-Z]\w*)\x00`)
	signerMethod = regexp.MustCompile(`github.com/larkbridge/larkbridge/lib/(cloud\.\(\*(?:S3|Lambda|Workflows|SendQueue)\)\.[A-Z]\w*)\x00`)
	linked       = regexp.MustCompile(`github.com/larkbridge/larkbridge/lib/(\w+)\.`)
)

// iamPrefix is what IAM calls the services of the SDK.
var iamPrefix = map[string]string{"dynamodb": "dynamodb", "eventbridge": "events", "sqs": "sqs", "ssm": "ssm"}

// signed are the requests that are made without a client, by lib/cloud.
var signed = map[string][]string{
	"cloud.(*S3).Create":         {"s3:PutObject"},
	"cloud.(*S3).Open":           {"s3:GetObject"},
	"cloud.(*Lambda).Invoke":     {"lambda:InvokeFunction"},
	"cloud.(*SendQueue).Send":    {"sqs:SendMessage"},
	"cloud.(*Workflows).Succeed": {"lambda:SendDurableExecutionCallbackSuccess", "states:SendTaskSuccess"},
	"cloud.(*Workflows).Fail":    {"lambda:SendDurableExecutionCallbackFailure", "states:SendTaskFailure"},
}

// forAsks are the calls that only questions need: a function of a stack that asks
// none makes none of them.
var forAsks = []string{
	"lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackSuccess", "sqs:SendMessage", "states:SendTaskFailure", "states:SendTaskSuccess",
}

// neverCalled is linked in and yet not called.
var neverCalled = []string{
	"dynamodb:DescribeEndpoints", // the client itself refers to it, for endpoint discovery, which is off
}

// calls returns the IAM actions of the calls that a function can make.
func calls(t *testing.T, root, function string) []string {
	t.Helper()
	binary := read(t, harness.Bootstrap(t, function))
	var actions []string
	for _, found := range clientMethod.FindAllStringSubmatch(binary, -1) {
		prefix, ok := iamPrefix[found[1]]
		if !ok {
			t.Fatalf("functions/%s uses the client of %s: add what IAM calls it", function, found[1])
		}
		actions = append(actions, prefix+":"+found[2])
	}
	for _, found := range signerMethod.FindAllStringSubmatch(binary, -1) {
		needed, ok := signed[found[1]]
		if !ok {
			t.Fatalf("functions/%s uses %s: add the action that it needs", function, found[1])
		}
		actions = append(actions, needed...)
	}
	for folder := range own(binary) {
		if folder != "cloud" && signs(t, filepath.Join(root, "lib", folder)) {
			t.Fatalf("functions/%s links lib/%s, which makes signed requests: add them", function, folder)
		}
	}
	slices.Sort(actions)
	return slices.DeleteFunc(slices.Compact(actions), func(action string) bool { return slices.Contains(neverCalled, action) })
}

// own are the folders below lib that are linked in.
func own(binary string) map[string]bool {
	folders := make(map[string]bool)
	for _, found := range linked.FindAllStringSubmatch(binary, -1) {
		folders[found[1]] = true
	}
	return folders
}

// signs reports whether a package uses the signer of the SDK.
func signs(t *testing.T, folder string) (found bool) {
	t.Helper()
	for _, file := range sources(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && call.Sel.Name == "NewSigner" {
				from, ok := call.X.(*ast.Ident)
				found = found || ok && from.Name == "v4"
			}
			return true
		})
	}
	return found
}

// The way to find the calls finds what is known to be there, and nothing that
// only another function does.
func TestCalls(t *testing.T) {
	inbound := []string{"dynamodb:GetItem", "dynamodb:UpdateItem", "events:PutEvents", "lambda:InvokeFunction", "s3:PutObject", "ssm:GetParameter"}
	outbound := []string{
		"dynamodb:GetItem", "dynamodb:UpdateItem", "events:PutEvents", "s3:GetObject", "s3:PutObject", "sqs:ChangeMessageVisibility", "ssm:GetParameter",
	}
	for function, want := range map[string][]string{
		"event": slices.Concat(inbound, forAsks), "card": slices.Concat(inbound, forAsks), "send": slices.Concat(outbound, forAsks),
	} {
		slices.Sort(want)
		if got := calls(t, harness.Root(t), function); !slices.Equal(got, want) {
			t.Errorf("%s calls %q, want %q", function, got, want)
		}
	}
}
