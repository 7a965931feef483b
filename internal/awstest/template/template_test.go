package template_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// small is a document with everything that Resolve knows.
func small() map[string]any {
	ref := func(name string) map[string]any { return map[string]any{"Ref": name} }
	call := func(name string, argument any) map[string]any { return map[string]any{"Fn::" + name: argument} }
	return map[string]any{
		"Parameters": map[string]any{
			"Days":   map[string]any{"Type": "Number", "Default": "7", "MinValue": "0", "MaxValue": "30"},
			"Mode":   map[string]any{"Type": "String", "Default": "on", "AllowedValues": []any{"on", "off"}},
			"Name":   map[string]any{"Type": "String", "Default": "", "AllowedPattern": "^[a-z]*$", "MaxLength": "3"},
			"Others": map[string]any{"Type": "CommaDelimitedList", "Default": "", "AllowedPattern": "[a-z]*"},
		},
		"Mappings": map[string]any{"Limit": map[string]any{"on": map[string]any{"Bytes": "10"}, "off": map[string]any{"Bytes": "20"}}},
		"Conditions": map[string]any{
			"On":       call("Equals", []any{ref("Mode"), "on"}),
			"Some":     call("Not", []any{call("Equals", []any{call("Join", []any{"", ref("Others")}), ""})}),
			"Both":     call("And", []any{map[string]any{"Condition": "On"}, map[string]any{"Condition": "Some"}}),
			"Either":   call("Or", []any{map[string]any{"Condition": "On"}, map[string]any{"Condition": "Some"}}),
			"HasQueue": map[string]any{"Fn::Not": []any{call("Equals", []any{ref("Days"), "0"})}},
		},
		"Resources": map[string]any{
			"Queue": map[string]any{"Type": "AWS::SQS::Queue", "Condition": "HasQueue", "Properties": map[string]any{
				"QueueName":         call("Sub", "${AWS::StackName}-q"),
				"VisibilityTimeout": call("If", []any{"On", ref("Days"), ref("AWS::NoValue")}),
			}},
			"All": map[string]any{"Type": "Test", "Properties": map[string]any{
				"sub":    call("Sub", []any{"${!literal} ${x} ${Days}", map[string]any{"x": ref("Mode")}}),
				"others": ref("Others"),
				"first":  call("Select", []any{"0", ref("Others")}),
				"second": call("Select", []any{"1", call("Split", []any{"/", "a/b"})}),
				"limit":  call("FindInMap", []any{"Limit", ref("Mode"), "Bytes"}),
				"both":   call("If", []any{"Both", "yes", "no"}),
				"either": call("If", []any{"Either", "yes", "no"}),
				"list":   []any{"a", call("If", []any{"On", "b", ref("AWS::NoValue")})},
			}},
			"Group": map[string]any{"Type": "AWS::Logs::LogGroup"},
			"Rule":  map[string]any{"Type": "AWS::Events::Rule", "Properties": map[string]any{"EventBusName": "bus"}},
		},
		"Outputs": map[string]any{
			"Url":   map[string]any{"Condition": "HasQueue", "Value": call("If", []any{"HasQueue", ref("Queue"), ""})},
			"Arn":   map[string]any{"Condition": "HasQueue", "Value": call("GetAtt", []any{"Queue", "Arn"})},
			"Rule":  map[string]any{"Value": call("GetAtt", "Rule.Arn")},
			"Group": map[string]any{"Value": call("Sub", "${Group.Arn} ${AWS::Region} ${AWS::AccountId} ${AWS::Partition} ${AWS::URLSuffix}")},
		},
	}
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		parameters map[string]string
		path, want string
	}{
		{nil, "Resources.All.sub", "${literal} on 7"},
		{nil, "Resources.All.others", "[]"},
		{map[string]string{"Others": "a, b"}, "Resources.All.others", "[a b]"},
		{map[string]string{"Others": "a, b"}, "Resources.All.first", "a"},
		{nil, "Resources.All.second", "b"},
		{nil, "Resources.All.limit", "10"},
		{map[string]string{"Mode": "off"}, "Resources.All.limit", "20"},
		{nil, "Resources.All.both", "no"},
		{map[string]string{"Others": "a"}, "Resources.All.both", "yes"},
		{nil, "Resources.All.either", "yes"},
		{map[string]string{"Mode": "off"}, "Resources.All.either", "no"},
		{nil, "Resources.All.list", "[a b]"},
		{map[string]string{"Mode": "off"}, "Resources.All.list", "[a]"},
		{nil, "Resources.Queue.QueueName", "larkbridge-q"},
		{nil, "Resources.Queue.VisibilityTimeout", "7"},
		{map[string]string{"Mode": "off"}, "Resources.Queue.VisibilityTimeout", "<nil>"},
		{map[string]string{"Days": "0"}, "Resources.Queue", "<nil>"},
		{map[string]string{"Days": "0"}, "Outputs.Url", ""},
		{nil, "Outputs.Url", "https://sqs.us-east-1.amazonaws.com/123456789012/larkbridge-q"},
		{nil, "Outputs.Arn", "arn:aws:sqs:us-east-1:123456789012:larkbridge-q"},
		{nil, "Outputs.Rule", "arn:aws:events:us-east-1:123456789012:rule/bus/larkbridge-rule"},
		{nil, "Outputs.Group", "arn:aws:logs:us-east-1:123456789012:log-group:larkbridge-group:* us-east-1 123456789012 aws amazonaws.com"},
	} {
		loaded, err := template.Resolve(small(), tt.parameters)
		if err != nil {
			t.Fatal(err)
		}
		if got := at(loaded, tt.path); got != tt.want {
			t.Errorf("%v: %s = %s, want %s", tt.parameters, tt.path, got, tt.want)
		}
	}
}

func TestParameterConstraints(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"Days", "31", "beyond its MaxValue"},
		{"Days", "-1", "beyond its MinValue"},
		{"Days", "x", "no number"},
		{"Mode", "maybe", "none of"},
		{"Name", "A", "does not match"},
		{"Name", "abcd", "beyond its MaxLength"},
		{"Others", "a,B", "does not match"},
		{"Nobody", "1", "none of the template's"},
	} {
		if _, err := template.Resolve(small(), map[string]string{tt.name: tt.value}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s=%s: %v, want %q", tt.name, tt.value, err, tt.want)
		}
	}
}

// A typo must not pass for a value.
func TestUnresolvable(t *testing.T) {
	for want, bad := range map[string]any{
		"nothing is called Quue":                         map[string]any{"Ref": "Quue"},
		"nothing is called Nobody":                       map[string]any{"Fn::GetAtt": "Nobody.Arn"},
		"no attribute Urn":                               map[string]any{"Fn::GetAtt": []any{"Queue", "Urn"}},
		"nothing is called x":                            map[string]any{"Fn::Sub": "${x}"},
		"no condition":                                   map[string]any{"Fn::If": []any{"Onn", "a", "b"}},
		"no element 3":                                   map[string]any{"Fn::Select": []any{"3", []any{"a"}}},
		"Fn::ImportValue: is not known":                  map[string]any{"Fn::ImportValue": "x"},
		`no ["Limit" "of" "Bytes"]`:                      map[string]any{"Fn::FindInMap": []any{"Limit", "of", "Bytes"}},
		"Gone is not there: its condition is false":      map[string]any{"Ref": "Gone"},
		"map[a:b] is no text":                            map[string]any{"Fn::Sub": []any{"${x}", map[string]any{"x": map[string]any{"a": "b"}}}},
		"is no list":                                     map[string]any{"Fn::Join": []any{",", "a"}},
		"resource Bad: p: Fn::GetAtt: nothing is called": map[string]any{"Fn::GetAtt": "Bda.Arn"},
	} {
		document := small()
		resources := document["Resources"].(map[string]any)
		resources["Bad"] = map[string]any{"Type": "Test", "Properties": map[string]any{"p": bad}}
		resources["Gone"] = map[string]any{"Type": "Test", "Condition": "Both"}
		if _, err := template.Resolve(document, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", bad, err, want)
		}
	}
}
