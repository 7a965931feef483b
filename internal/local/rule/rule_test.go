package rule_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/local/rule"
)

// write writes files into a folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestRead(t *testing.T) {
	for name, content := range map[string]string{
		"pattern.json":   `{"source": ["lark"], "detail": {"n": [1.50]}}`,
		"put-rule.json":  `{"Name": "mine", "EventBusName": "larkbridge", "EventPattern": "{\"source\": [\"lark\"], \"detail\": {\"n\": [1.50]}}"}`,
		"pattern.yaml":   "source: [lark]\ndetail: {n: [1.50]}\n",
		"described.yaml": "Name: mine\nEventPattern:\n  source: [lark]\n  detail:\n    n:\n      - 1.50\n",
	} {
		file := filepath.Join(write(t, map[string]string{name: content}), name)
		rules, err := rule.Read(file)
		if err != nil || len(rules) != 1 {
			t.Errorf("%s: got %v, %v, want one rule", name, rules, err)
			continue
		}
		for event, want := range map[string]bool{`{"source":"lark","detail":{"n":1.50}}`: true, `{"source":"lark","detail":{"n":1.5}}`: false} {
			if got, err := rules[0].Pattern.Match([]byte(event)); err != nil || got != want {
				t.Errorf("%s with %s: got %v, %v, want %v", name, event, got, err, want)
			}
		}
		want := "pattern"
		if strings.Contains(content, "Name") {
			want = "mine"
		}
		if rules[0].Name != want || rules[0].Function != nil || rules[0].ToSend {
			t.Errorf("%s: got %+v, want the rule %s without a target", name, rules[0], want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for content, want := range map[string]string{
		"":                                   "empty",
		"a: [b":                              "yaml",
		"- a":                                "not a JSON object",
		"source: lark":                       "source: it must be an object or an array",
		"source: &a [lark]\ndetail-type: *a": "line 2: aliases",
		"Resources: {}":                      "no rule",
		"EventPattern: 5":                    "must be an object",
		`{"EventPattern": "{"}`:              "reading the JSON",
		"Resources:\n  A: {Type: AWS::Events::Rule, Properties: {EventPattern: {a: [b]}, Targets: [{Arn: x, InputTransformer: {InputPathsMap: {a: detail}, InputTemplate: ''}}]}}": "resource A: the input transformer's path",
		"Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Events: {E: {Type: EventBridgeRule, Properties: {Pattern: {a: [b]}}}}}}":            "resource F: the handler app.handler",
	} {
		file := filepath.Join(write(t, map[string]string{"a.yaml": content}), "a.yaml")
		if _, err := rule.Read(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", content, err, want)
		}
	}
	if _, err := rule.Read(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that does not exist is not refused")
	}
}

const stack = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bus: {Type: String, Default: larkbridge}
  SendQueueArn: {Type: String}
  App: {Type: String, Default: cli_1}
Globals:
  Function:
    CodeUri: .
    Handler: app.handler
    Timeout: 20
    Environment: {Variables: {BUS: !Ref Bus, COLOUR: red}}
Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 900
      Environment: {Variables: {COLOUR: blue, TABLE: !Ref Table, WHERE: !Sub "${Bus}/x", N: 5, FILES: !ImportValue {"Fn::Sub": "${Bus}-Files"}}}
      EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SQS, Destination: !Ref SendQueueArn}}}
      Events:
        Click: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [lark], resources: [!Sub "lark:app/${App}"]}}}
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
  Other:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.main, EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SQS, Destination: !GetAtt Queue.Arn}}}}
  Queue: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::DynamoDB::Table}
  ToOther:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [lark]}, Targets: [{Id: a, Arn: !GetAtt Other.Arn}]}
  ToSend:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [lark]}
      Targets:
        - Id: a
          Arn: !Ref SendQueueArn
          InputTransformer: {InputPathsMap: {text: $.detail.message.text}, InputTemplate: '{"text": <text>}'}
  ToQueue:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [lark]}, Targets: [{Id: a, Arn: !GetAtt Queue.Arn}]}
  Schedule:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 day)}
`

func TestTemplate(t *testing.T) {
	folder := write(t, map[string]string{"template.yaml": stack, "app.py": "", "index.mjs": ""})
	rules, err := rule.Read(filepath.Join(folder, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rule.Names(rules), "SlowClick, ToOther, ToQueue, ToSend"; got != want {
		t.Fatalf("got the rules %s, want %s", got, want)
	}
	slow := &rule.Function{
		Name: "Slow", File: filepath.Join(folder, "app.py"), Handler: "handler", Timeout: 900 * time.Second,
		Env: []string{"BUS=larkbridge", "COLOUR=blue", "FILES=larkbridge-files", "N=5", "TABLE=Table", "WHERE=larkbridge/x"}, ToSend: true,
	}
	if diff := cmp.Diff(slow, rules[0].Function); diff != "" {
		t.Errorf("Slow (-want +got):\n%s", diff)
	}
	other := &rule.Function{
		Name: "Other", File: filepath.Join(folder, "index.mjs"), Handler: "main", Timeout: 20 * time.Second,
		Env: []string{"BUS=larkbridge", "COLOUR=red"},
	}
	if diff := cmp.Diff(other, rules[1].Function); diff != "" {
		t.Errorf("Other (-want +got):\n%s", diff)
	}
	for i, want := range []bool{false, false, false, true} {
		if got := rules[i].ToSend; got != want {
			t.Errorf("%s to send: got %v, want %v", rules[i].Name, got, want)
		}
	}
	if matched, err := rules[0].Pattern.Match([]byte(`{"source":"lark","resources":["lark:app/cli_1"]}`)); err != nil || !matched {
		t.Errorf("got %v, %v, want that the pattern has the parameter's default", matched, err)
	}
	got, err := rules[3].Transformer.Transform([]byte(`{"detail":{"message":{"text":"a\"b"}}}`))
	if want := `{"text": "a\"b"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	one, err := rule.Read(filepath.Join(folder, "template.yaml#ToOther"))
	if err != nil || !slices.Equal([]string{one[0].Name}, []string{"ToOther"}) || len(one) != 1 {
		t.Errorf("got %v, %v, want the rule ToOther", one, err)
	}
	if _, err := rule.Read(filepath.Join(folder, "template.yaml#None")); err == nil || !strings.Contains(err.Error(), "SlowClick") {
		t.Errorf("got %v, want the names that there are", err)
	}
}

func TestTransform(t *testing.T) {
	const event = `{"id":"e1","detail":{"text":"a \"b\"\n<i>","n":1.50,"list":[{"name":"x"}],"o":{"k":"v"},"a.b":true}}`
	paths := map[string]string{
		"text": "$.detail.text", "n": "$.detail.n", "name": "$.detail.list[0].name", "o": "$.detail.o", "dotted": "$.detail['a.b']",
		"none": "$.detail.none", "deep": "$.detail.n.x", "beyond": "$.detail.list[7]", "all": "$",
	}
	for template, want := range map[string]string{
		`{"text": "You said: <text>"}`:           `{"text": "You said: a \"b\"\n<i>"}`,
		`{"text": <text>, "n": <n>}`:             `{"text": "a \"b\"\n<i>", "n": 1.50}`,
		`{"name": "<name>", "o": <o>}`:           `{"name": "x", "o": {"k":"v"}}`,
		`{"o": "<o>", "b": <dotted>}`:            `{"o": "{\"k\":\"v\"}", "b": true}`,
		`{"a": "<none>", "b": "<deep><beyond>"}`: `{"a": "", "b": ""}`,
		`"a \"<n>\" <unknown> < b"`:              `"a \"1.50\" <unknown> < b"`,
		`{"rule": "<aws.events.rule-name>"}`:     `{"rule": "r"}`,
		`<aws.events.event.json>`:                event,
	} {
		transformer, err := rule.NewTransformer("r", paths, template)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := transformer.Transform([]byte(event)); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", template, got, err, want)
		}
	}
	for _, path := range []string{"", "detail", "$detail", "$.a[", "$.a[*]", "$..a"} {
		if _, err := rule.NewTransformer("r", map[string]string{"a": path}, ""); err == nil {
			t.Errorf("the path %q is not refused", path)
		}
	}
}
