package operate_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/operate"
)

const stackTemplate = `{
  "Parameters": {"ParameterPrefix": {"Type": "String", "Default": "/larkbridge"}},
  "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
  "Outputs": {"EventUrl": {"Value": "https://x.example/event"}, "CardUrl": {"Value": "https://x.example/card"}, "Other": {"Value": "o"}}
}`

func TestOutputsOnCloudFormation(t *testing.T) {
	c := config(shared.Get(t))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *c.BaseEndpoint, strings.NewReader(url.Values{
		"Action": {"CreateStack"}, "Version": {"2010-05-15"}, "StackName": {"outputs"}, "TemplateBody": {stackTemplate},
		"Parameters.member.1.ParameterKey": {"ParameterPrefix"}, "Parameters.member.1.ParameterValue": {"/team/lark"},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	got, err := operate.FindOutputs(t.Context(), c, "outputs")
	want := operate.Outputs{
		EventURL: "https://x.example/event", CardURL: "https://x.example/card", Prefix: "/team/lark",
		Parameters: map[string]string{"ParameterPrefix": "/team/lark"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("got %v and (-want +got):\n%s", err, diff)
	}
	_, err = operate.FindOutputs(t.Context(), c, "none")
	if want := "there is no stack none in us-east-1: make deploy makes it"; !errors.Is(err, operate.ErrNotDeployed) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// described is CloudFormation's answer about a stack in a state.
func described(status string) string {
	return "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>x</StackName><StackStatus>" + status +
		"</StackStatus><StackStatusReason>why</StackStatusReason></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
}

// Without a ParameterPrefix the settings are under the name of the stack.
func TestDefaultPrefix(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(described("UPDATE_ROLLBACK_COMPLETE")))
	}))
	defer s.Close()
	config := aws.Config{Region: "us-east-1", HTTPClient: http.DefaultClient, Credentials: keys, BaseEndpoint: &s.URL}
	if got, err := operate.FindOutputs(t.Context(), config, "team"); err != nil || got.Prefix != "/team" {
		t.Errorf("got the prefix %q, %v, want /team", got.Prefix, err)
	}
}

// A stack without a prefix of its own has its settings under its name.
func TestPrefix(t *testing.T) {
	if got, want := operate.Stack("team").Prefix(), "/team"; got != want {
		t.Errorf("got the prefix %s, want %s", got, want)
	}
}

func TestOutputsErrors(t *testing.T) {
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{http.StatusForbidden, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`, "CloudFormation says AccessDenied: no; your credentials need cloudformation:DescribeStacks"},
		{http.StatusOK, described("ROLLBACK_COMPLETE"), "the stack x is in the state ROLLBACK_COMPLETE (why): make deploy"},
		{http.StatusOK, described("CREATE_IN_PROGRESS"), "the stack x is in the state CREATE_IN_PROGRESS"},
		{http.StatusOK, `<html>`, "asking CloudFormation"},
		{http.StatusOK, `<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>`, "knows 0 stacks of the name x"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		config := aws.Config{Region: "us-east-1", HTTPClient: http.DefaultClient, Credentials: keys, BaseEndpoint: &s.URL}
		if _, err := operate.FindOutputs(t.Context(), config, "x"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
		s.Close()
	}
}
