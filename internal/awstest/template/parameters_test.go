package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/internal/pattern"
)

// Without a prefix of their own, two stacks of one account have different
// settings.
func TestParameterPrefix(t *testing.T) {
	for given, want := range map[string]string{"": "/larkbridge", "/team/lark": "/team/lark"} {
		loaded := template.Load(t, map[string]string{"ParameterPrefix": given})
		functions, err := loaded.Functions()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range functions {
			if got := f.Environment["PARAMETER_PREFIX"]; got != want {
				t.Errorf("ParameterPrefix %q: %s has PARAMETER_PREFIX %q, want %q", given, f.ID, got, want)
			}
		}
		if got := loaded.Outputs["PutSettings"]; !strings.Contains(got, " --name "+want+"/default ") {
			t.Errorf("ParameterPrefix %q: the output PutSettings is %s, want the parameter %s/default", given, got, want)
		}
	}
}

// The queues' visibility time-out and what the function knows of its own
// time-out follow SendTimeout.
func TestSendTimeout(t *testing.T) {
	for given, want := range map[string]struct{ timeout, visibility template.Int }{
		"60": {60, 360}, "120": {120, 720}, "300": {300, 1800}, "900": {900, 5400},
	} {
		loaded := template.Load(t, map[string]string{"SendTimeout": given})
		functions, err := loaded.Functions()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range functions {
			if f.ID == "SendFunction" && (f.Timeout != want.timeout || f.Environment["SEND_TIMEOUT"] != given+"s") {
				t.Errorf("SendTimeout %s: got a time-out of %d s and SEND_TIMEOUT %s", given, f.Timeout, f.Environment["SEND_TIMEOUT"])
			}
		}
		queues, err := loaded.Queues()
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range queues {
			if q.DeadLetters != "" && q.Visibility != want.visibility {
				t.Errorf("SendTimeout %s: %s has a visibility time-out of %d s, want %d", given, q.ID, q.Visibility, want.visibility)
			}
		}
	}
}

// A new account runs 10 functions at once: the two queues leave some of them to
// clicks.
func TestSendConcurrency(t *testing.T) {
	taken := 0
	for _, r := range template.Load(t, nil).Of("AWS::Lambda::EventSourceMapping") {
		var p struct {
			ScalingConfig struct{ MaximumConcurrency template.Int }
		}
		if err := r.Decode(&p); err != nil {
			t.Fatal(err)
		}
		taken += int(p.ScalingConfig.MaximumConcurrency)
	}
	if taken != 4 {
		t.Errorf("the queues take %d instances, want 4", taken)
	}
}

// Each resource that can have a key of the user's own has it with KmsKeyScope
// all, and table and bucket also with storage.
func TestKmsKeyScope(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b"
	storage := []string{"Bucket", "KeyPolicy", "Table"}
	for scope, want := range map[string][]string{
		"storage": storage,
		"all": append(slices.Clone(storage), "AccessLogGroup", "AlarmTopic", "Archive", "Bus", "CardLogGroup", "EventLogGroup", "OperatorTopic",
			"OrderedSendDeadLetters", "OrderedSendQueue", "SendDeadLetters", "SendLogGroup", "SendPolicy", "SendQueue"),
	} {
		var got []string
		for id, r := range template.Load(t, map[string]string{"KmsKeyArn": key, "KmsKeyScope": scope}).Resources {
			if doc := fmt.Sprint(r.Properties); strings.Contains(doc, key) {
				got = append(got, id)
			}
			if strings.HasSuffix(id, "KeyPolicy") && strings.Contains(fmt.Sprint(r.Properties), "sqs.us-east-1.amazonaws.com") != (scope == "all") {
				t.Errorf("KmsKeyScope %s: the roles use the key through %v", scope, r.Properties)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("KmsKeyScope %s: resources with the key (-want +got):\n%s", scope, diff)
		}
	}
	for id, r := range template.Load(t, map[string]string{"KmsKeyScope": "all"}).Resources {
		if strings.Contains(strings.ToLower(fmt.Sprint(r.Properties)), "kmsmasterkeyid:") {
			t.Errorf("%s has a key without KmsKeyArn", id)
		}
	}
}

// The alarm topic takes further services for this account only; without the
// parameter, CloudWatch and AWS Budgets.
func TestAlarmTopicServices(t *testing.T) {
	for given, want := range map[string][]string{
		"": {"budgets.amazonaws.com", "cloudwatch.amazonaws.com"},
		"backup.amazonaws.com, codestar-notifications.amazonaws.com": {
			"backup.amazonaws.com", "budgets.amazonaws.com", "cloudwatch.amazonaws.com", "codestar-notifications.amazonaws.com",
		},
	} {
		all, err := statements(template.Load(t, map[string]string{"AlarmTopicServices": given}))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range all {
			if s.owner.ID == "AlarmTopicPolicy" && s.Effect == "Allow" {
				got = append(got, s.Principal["Service"]...)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("AlarmTopicServices %q: got %q, want %q", given, got, want)
		}
	}
}

// Lark gets each alarm of the stack when it is raised and when it is over, but
// not that a new one is OK, and no alarm of others.
func TestAlarmsInLark(t *testing.T) {
	if template.Load(t, nil).Resources["AlarmsToLark"] != nil {
		t.Error("without DefaultTo: there is a rule for the alarms")
	}
	loaded := template.Load(t, map[string]string{"DefaultTo": "oc_1", "MarketplaceApp": "default"})
	doc, err := json.Marshal(loaded.Resources["AlarmsToLark"].Properties["EventPattern"])
	if err != nil {
		t.Fatal(err)
	}
	rule, err := pattern.Compile(doc)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc) > 2048 {
		t.Errorf("the pattern has %d characters, more than EventBridge takes", len(doc))
	}
	names := map[string]bool{"orders-fail": false}
	for _, alarm := range loaded.Of("AWS::CloudWatch::Alarm") {
		names[alarm.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, change := range []struct {
			from, to string
			want     bool
		}{
			{"INSUFFICIENT_DATA", "OK", false}, {"OK", "INSUFFICIENT_DATA", false},
			{"INSUFFICIENT_DATA", "ALARM", true}, {"OK", "ALARM", true}, {"ALARM", "OK", true}, {"ALARM", "INSUFFICIENT_DATA", true},
		} {
			event := fmt.Sprintf(`{"source":"aws.cloudwatch","detail-type":"CloudWatch Alarm State Change","detail":{"alarmName":%q,"state":{"value":%q},"previousState":{"value":%q}}}`,
				name, change.to, change.from)
			got, err := rule.Match([]byte(event))
			if want := change.want && names[name]; err != nil || got != want {
				t.Errorf("%s from %s to %s: got %v, %v, want %v", name, change.from, change.to, got, err, want)
			}
		}
	}
}

// The ordered queue takes requests of rules and of FIFO topics.
func TestOrderedQueuePolicy(t *testing.T) {
	all, err := statements(template.Load(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]template.List)
	for _, s := range all {
		if s.owner.ID == "OrderedSendQueuePolicy" && s.Effect == "Allow" {
			got[s.Principal["Service"][0]] = s.Resource
		}
	}
	const queue = "arn:aws:sqs:us-east-1:123456789012:larkbridge-send"
	want := map[string]template.List{"events.amazonaws.com": {queue + ".fifo"}, "sns.amazonaws.com": {queue + ".fifo", queue + "-dead.fifo"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who may put messages into which queue (-want +got):\n%s", diff)
	}
}
