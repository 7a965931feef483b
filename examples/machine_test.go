package examples_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/larkbridge/larkbridge/internal/local/target"
)

// readTemplate decodes the resources of an example's template; v has a field for each
// resource that is wanted.
func readTemplate(t *testing.T, example string, v any) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(example, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(doc, &template); err != nil {
		t.Fatal(err)
	}
	resources, err := json.Marshal(template.Resources)
	if err == nil {
		err = json.Unmarshal(resources, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// machine is a state machine with tasks that invoke functions, and states of type Pass.
type machine struct {
	StartAt string
	States  map[string]state
}

type state struct {
	Type, Next     string
	End            bool
	Parameters     map[string]any
	ResultSelector map[string]any
	ResultPath     *string
	Catch          []struct {
		ErrorEquals      []string
		ResultPath, Next string
	}
}

// run runs the machine. invoke invokes a function with a payload.
func (m machine) run(t *testing.T, input map[string]any, invoke func(function, payload string) (string, error)) {
	t.Helper()
	for name := m.StartAt; name != ""; {
		s, ok := m.States[name]
		if !ok {
			t.Fatalf("there is no state %s", name)
		}
		parameters := fill(t, s.Parameters, input).(map[string]any)
		var result any = parameters
		if s.Type == "Task" {
			payload, err := json.Marshal(parameters["Payload"])
			if err != nil {
				t.Fatal(err)
			}
			answer, err := invoke(parameters["FunctionName"].(string), string(payload))
			if raised, ok := errors.AsType[*target.Error](err); ok {
				if len(s.Catch) != 1 || s.Catch[0].ErrorEquals[0] != raised.Type {
					t.Fatalf("state %s: nothing catches %v", name, err)
				}
				cause, _ := json.Marshal(raised)
				set(input, s.Catch[0].ResultPath, map[string]any{"Error": raised.Type, "Cause": string(cause)})
				name = s.Catch[0].Next
				continue
			}
			var output any
			if err == nil {
				err = json.Unmarshal([]byte(answer), &output)
			}
			if err != nil {
				t.Fatalf("state %s: %v", name, err)
			}
			result = map[string]any{"Payload": output}
		}
		if s.ResultSelector != nil {
			result = fill(t, s.ResultSelector, result)
		}
		if s.ResultPath != nil {
			set(input, *s.ResultPath, result)
		}
		if s.End == (s.Next != "") {
			t.Fatalf("state %s has a next one and is the end, or neither", name)
		}
		name = s.Next
	}
}

// fill returns a template with the values of its paths.
func fill(t *testing.T, v any, input any) any {
	t.Helper()
	o, ok := v.(map[string]any)
	if !ok {
		return v
	}
	filled := map[string]any{}
	for name, value := range o {
		if name, ok := strings.CutSuffix(name, ".$"); ok {
			filled[name] = evaluate(t, value.(string), input)
		} else {
			filled[name] = fill(t, value, input)
		}
	}
	return filled
}

// evaluate returns the value of a path or of one of two intrinsic functions.
func evaluate(t *testing.T, expression string, input any) any {
	t.Helper()
	if match := regexp.MustCompile(`^States\.Format\('([^']*)', (\$[^)]*)\)$`).FindStringSubmatch(expression); match != nil {
		return strings.Replace(match[1], "{}", fmt.Sprint(evaluate(t, match[2], input)), 1)
	}
	if match := regexp.MustCompile(`^States\.StringToJson\((\$[^)]*)\)$`).FindStringSubmatch(expression); match != nil {
		var v any
		if err := json.Unmarshal([]byte(evaluate(t, match[1], input).(string)), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	path, ok := strings.CutPrefix(expression, "$.")
	if !ok {
		t.Fatalf("the expression %q is not known", expression)
	}
	for name := range strings.SplitSeq(path, ".") {
		o, _ := input.(map[string]any)
		if input, ok = o[name]; !ok {
			t.Fatalf("%s: there is no %q", expression, name)
		}
	}
	return input
}

// set sets the field that a path such as $.result names.
func set(o map[string]any, path string, value any) { o[strings.TrimPrefix(path, "$.")] = value }
