package notice_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/notice"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCards compares the cards for AWS's own sample events with those that
// have been looked at; go test ./lib/notice -update writes them.
func TestCards(t *testing.T) {
	for _, path := range samples(t) {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) {
			card, ok := notice.Card(read(t, path))
			if !ok {
				t.Fatal("not recognised")
			}
			got := marshal(t, card)
			golden := filepath.Join("testdata", "golden", name)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	for name, want := range map[string]struct {
		title string
		color lark.Color
		link  string
	}{
		"alarm-event": {"ALARM: ServerCpuTooHigh", lark.Red,
			"https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/ServerCpuTooHigh"},
		"alarm-action": {"INSUFFICIENT_DATA: lambda demo metric/alarm", lark.Grey,
			"https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/lambda%20demo%20metric%2Falarm"},
		"alarm-sns": {"OK: EXAMPLE", lark.Green,
			"https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/EXAMPLE"},
		"alarm-sns-expression": {"ALARM: EXAMPLE", lark.Red, ""}, // no region
		"health-issue": {"AWS Health: ELASTICLOADBALANCING issue", lark.Red,
			"https://health.aws.amazon.com/health/home?region=us-east-1#/event-log?eventID=arn:aws:health:ap-southeast-2::event/AWS_ELASTICLOADBALANCING_API_ISSUE_90353408594353980"},
		"health-scheduled": {"AWS Health: EC2 scheduled change", lark.Orange, ""},
		"guardduty": {"GuardDuty: 198.51.100.0 is performing SSH brute force attacks against i-99999999.", lark.Red,
			"https://console.aws.amazon.com/guardduty/home?region=us-east-1#/findings?macros=current&fId=49514155ed6b4536b05649a87fc3c05a"},
		"budget-call":  {"DeleteBudget: Monthly", lark.Orange, "https://console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events"},
		"codepipeline": {"Pipeline SUCCEEDED: myPipeline", lark.Green, "https://console.aws.amazon.com/codesuite/codepipeline/pipelines/myPipeline/view?region=us-east-1"},
		"codebuild": {"Build SUCCEEDED: my-sample-project", lark.Green,
			"https://console.aws.amazon.com/codesuite/codebuild/123456789012/projects/my-sample-project/build/my-sample-project:8745a7a9-c340-456a-9166-edf953571bEX?region=us-west-2"},
		"codebuild-failed": {"Build FAILED: my-sample-project", lark.Red, // its own link goes to another host
			"https://console.aws.amazon.com/codesuite/codebuild/123456789012/projects/my-sample-project/build/my-sample-project:8745a7a9-c340-456a-9166-edf953571bEX?region=us-west-2"},
		"cloudformation-rollback": {"Stack UPDATE_ROLLBACK_IN_PROGRESS: teststack", lark.Red,
			"https://console.amazonaws-us-gov.com/cloudformation/home?region=us-gov-west-1#/stacks/stackinfo?stackId=arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack%2Fteststack%2F8e8c2d10-e4d1-11e7-8f7f-50a68d8c2e1f"},
		"ecs-task": {"ECS task STOPPED: service:Example", lark.Red,
			"https://console.aws.amazon.com/ecs/v2/clusters/Example/tasks/cdd887a827a4432db19f6059310a4817/configuration?region=us-east-1"},
		"ec2-instance": {"EC2 instance pending: i-abcd1111", lark.Blue, "https://console.aws.amazon.com/ec2/home?region=us-east-1#InstanceDetails:instanceId=i-abcd1111"},
		"stepfunctions": {"Execution FAILED: state-machine-name", lark.Red,
			"https://console.aws.amazon.com/states/home?region=us-east-2#/v2/executions/details/arn:aws:states:us-east-2:123456789012:execution:state-machine-name:execution-name"},
		"custom-least": {"Notification", lark.Blue, ""},
		"generic":      {"EC2 Instance Launch Unsuccessful: sampleLuanchFailureASG", lark.Red, "https://console.aws.amazon.com/ec2/home?region=us-east-1#AutoScalingGroupDetails:id=sampleLuanchFailureASG"},
		"generic-own":  {"GuardDuty Finding", lark.Blue, ""},
	} {
		card, _ := notice.Card(read(t, filepath.Join("testdata", name+".json")))
		if card.Title != want.title || card.Color != want.color || link(card) != want.link {
			t.Errorf("%s: got %q, %s, %q", name, card.Title, card.Color, link(card))
		}
	}
}

func TestNotRecognised(t *testing.T) {
	for _, doc := range []string{
		``, `null`, `7`, `"AWS Budget Notification March 08, 2024"`, `[]`, `{}`, `{`, `AWS Budget Notification`,
		`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`,
		`{"detail-type":"x"}`, `{"source":"aws.ec2"}`, `{"detail-type":7,"source":"aws.ec2"}`,
		`{"source":"aws.cloudwatch","alarmData":null}`, `{"source":"custom","content":"text"}`,
		`{"AlarmName":"x"}`, `{"detail-type":"x","source":"y"} {}`,
	} {
		if card, ok := notice.Card([]byte(doc)); ok {
			t.Errorf("%s: got %+v", doc, card)
		}
	}
}

// An event may lack everything but what it is recognised by.
func TestLeast(t *testing.T) {
	for _, doc := range []string{
		`{"source":"aws.cloudwatch","alarmData":{}}`,
		`{"AlarmName":"a","NewStateValue":"b"}`,
		`{"source":"custom","content":{}}`,
		`{"detail-type":"x","source":"y"}`,
	} {
		if card, ok := notice.Card([]byte(doc)); !ok {
			t.Errorf("%s: not recognised", doc)
		} else {
			check(t, card)
		}
	}
	for _, path := range samples(t) {
		var ev map[string]any
		if err := json.Unmarshal(read(t, path), &ev); err != nil {
			t.Fatal(err)
		}
		if ev["detail"] == nil {
			continue
		}
		for _, detail := range []any{nil, map[string]any{}, 7, "x", []any{map[string]any{}}} {
			ev["detail"] = detail
			doc, err := json.Marshal(ev)
			if err != nil {
				t.Fatal(err)
			}
			if card, ok := notice.Card(doc); !ok || card.Title == "" {
				t.Errorf("%s: got %+v", doc, card)
			}
		}
	}
}

func link(card lark.Card) string {
	for _, e := range card.Elements {
		if buttons, ok := e.(lark.Buttons); ok {
			return buttons[0].URL
		}
	}
	return ""
}

func samples(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	return paths
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func marshal(t *testing.T, card lark.Card) []byte {
	t.Helper()
	src, err := json.Marshal(card)
	var v any
	if err != nil || json.Unmarshal(src, &v) != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // for those who read it
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestConsoleOfPartition(t *testing.T) {
	for region, want := range map[string]string{
		"eu-central-1":   "https://console.aws.amazon.com/ec2/home?region=eu-central-1#InstanceDetails:instanceId=i-1",
		"cn-northwest-1": "https://console.amazonaws.cn/ec2/home?region=cn-northwest-1#InstanceDetails:instanceId=i-1",
		"us-gov-east-1":  "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-east-1#InstanceDetails:instanceId=i-1",
		"us-iso-east-1":  "",
		"eusc-de-east-1": "",
		"":               "",
		"global":         "",
		"a-b-c/../?x=#":  "",
	} {
		card, ok := notice.Card([]byte(`{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification",
			"region":"` + region + `","detail":{"instance-id":"i-1","state":"running"}}`))
		if !ok || link(card) != want {
			t.Errorf("%s: got %q", region, link(card))
		}
	}
}

func TestColors(t *testing.T) {
	for _, tt := range []struct {
		source, kind, detail string
		want                 lark.Color
	}{
		{"aws.ec2", "EC2 Instance State-change Notification", `{"state":"running"}`, lark.Green},
		{"aws.ec2", "EC2 Instance State-change Notification", `{"state":"stopped"}`, lark.Grey},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":9.5}`, lark.Red},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":5}`, lark.Orange},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":2}`, lark.Blue},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":"high"}`, lark.Red},
		{"aws.guardduty", "GuardDuty Finding", `{"severity":"?"}`, lark.Orange},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"issue","statusCode":"closed"}`, lark.Green},
		{"aws.health", "AWS Health Event", `{"eventTypeCategory":"accountNotification"}`, lark.Blue},
		{"aws.ecs", "ECS Task State Change", `{"stopCode":"TaskFailedToStart"}`, lark.Red},
		{"aws.ecs", "ECS Task State Change", `{"stopCode":"UserInitiated"}`, lark.Grey},
		{"aws.ecs", "ECS Task State Change", `{"lastStatus":"RUNNING"}`, lark.Blue},
		{"aws.states", "Step Functions Execution Status Change", `{"status":"RUNNING"}`, lark.Blue},
		{"aws.states", "Step Functions Execution Status Change", `{"status":"TIMED_OUT"}`, lark.Red},
		{"aws.states", "Step Functions Execution Status Change", `{"status":"ABORTED"}`, lark.Orange},
		{"aws.cloudformation", "CloudFormation Stack Status Change", `{"status-details":{"status":"UPDATE_ROLLBACK_COMPLETE"}}`, lark.Red},
		{"aws.cloudformation", "CloudFormation Stack Status Change", `{"status-details":{"status":"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}}`, lark.Blue},
	} {
		card, _ := notice.Card([]byte(`{"source":"` + tt.source + `","detail-type":"` + tt.kind + `","detail":` + tt.detail + `}`))
		if card.Color != tt.want {
			t.Errorf("%s: got %s, want %s", tt.detail, card.Color, tt.want)
		}
	}
}
