package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"larkbridge/lib/stage"
)

const functionARN = "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-send"

// createStack makes the part of template.yaml that takes requests, and its
// outputs. moto knows no SAM, so the function itself is left out.
func createStack(t *testing.T, s *stage.Stage) {
	t.Helper()
	doc, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	template := pick(t, string(doc), "Resources", // the bus first: moto takes them in order
		"Bus", "SendDeadLetters", "SendQueue", "OrderedSendDeadLetters", "OrderedSendQueue", "SendRequests", "AlarmTopic") +
		pick(t, string(doc), "Outputs", "SendFunctionName", "SendFunctionArn", "SendQueueUrl", "SendQueueArn", "OrderedSendQueueUrl", "AlarmTopicArn", "BusName")
	template = strings.NewReplacer(
		"!Ref Bus\n", "!Ref AWS::StackName\n", // which it is; moto shows an object in its place
		"!Ref SendFunction\n", "larkbridge-send\n", "!GetAtt SendFunction.Arn\n", functionARN+"\n").Replace(template)
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Shell(t.Context(), `aws cloudformation create-stack --stack-name larkbridge --template-body "file://$TEMPLATE"`, "TEMPLATE="+path); err != nil {
		t.Fatal(err)
	}
}

// pick is a section of a template with some of its entries.
func pick(t *testing.T, template, name string, entries ...string) string {
	t.Helper()
	_, rest, _ := strings.Cut(template, "\n"+name+":\n")
	if end := regexp.MustCompile(`\n[A-Z]`).FindStringIndex(rest); end != nil {
		rest = rest[:end[0]+1]
	}
	found := map[string]string{}
	heads := regexp.MustCompile(`(?m)^  (\w+):\n`).FindAllStringSubmatchIndex(rest, -1)
	for i, at := range heads {
		end := len(rest)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		found[rest[at[2]:at[3]]] = rest[at[0]:end]
	}
	out := name + ":\n"
	for _, entry := range entries {
		if found[entry] == "" {
			t.Fatalf("template.yaml has no %s in %s", entry, name)
		}
		out += found[entry]
	}
	return out
}
