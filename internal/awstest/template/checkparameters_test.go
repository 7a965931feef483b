package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// checkParameters looks at what a person who deploys sees.
func checkParameters(fx *fixture) (f findings) {
	var p struct {
		Interface struct {
			ParameterGroups []struct {
				Label      struct{ Default string }
				Parameters []string
			}
			ParameterLabels map[string]struct{ Default string }
		} `json:"AWS::CloudFormation::Interface"`
	}
	doc, err := json.Marshal(fx.document["Metadata"])
	if err == nil {
		err = json.Unmarshal(doc, &p)
	}
	if err != nil {
		f.add("%v", err)
	}
	declared := objects(fx.document, "Parameters")
	grouped := make(map[string]int)
	for _, group := range p.Interface.ParameterGroups {
		if group.Label.Default == "" {
			f.add("a group of parameters has no label")
		}
		for _, name := range group.Parameters {
			grouped[name]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		for what, wrong := range map[string]bool{
			fmt.Sprintf("in %d groups", grouped[name]): grouped[name] != 1,
			"no label":       p.Interface.ParameterLabels[name].Default == "",
			"no description": declared[name]["Description"] == nil,
			"no constraint":  !constrained(declared[name]),
			"not used":       !fx.uses(name),
		} {
			if wrong {
				f.add("parameter %s: %s", name, what)
			}
		}
	}
	for name := range grouped {
		if declared[name] == nil {
			f.add("a group has a parameter %s that is not there", name)
		}
	}
	for name := range p.Interface.ParameterLabels {
		if declared[name] == nil {
			f.add("a label is for a parameter %s that is not there", name)
		}
	}
	return f
}

func constrained(declared map[string]any) bool {
	return declared["AllowedPattern"] != nil || declared["AllowedValues"] != nil || declared["MinValue"] != nil && declared["MaxValue"] != nil
}

// uses reports whether anything refers to a parameter.
func (fx *fixture) uses(name string) (used bool) {
	hole := regexp.MustCompile(`\$\{` + name + `\}`)
	for _, section := range []string{"Conditions", "Resources", "Outputs"} {
		_ = walk(fx.document[section], func(node map[string]any) error {
			text, ok := node["Fn::Sub"].(string)
			if list, isList := node["Fn::Sub"].([]any); isList && len(list) == 2 {
				text, ok = list[0].(string)
			}
			used = used || node["Ref"] == name || ok && hole.MatchString(text)
			return nil
		})
	}
	return used
}

func checkOutputs(fx *fixture) (f findings) {
	for name, output := range objects(fx.document, "Outputs") {
		if output["Description"] == nil {
			f.add("output %s: no description", name)
		}
	}
	for name, text := range fx.Outputs {
		if text == "" {
			f.add("output %s: empty", name)
		}
	}
	return f
}
