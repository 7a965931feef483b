package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of a YAML document.
type node yaml.Node

// maxYAML is the largest document in bytes, as of a template.
const maxYAML = 1 << 20

func readYAML(doc []byte) (*node, error) {
	if len(doc) > maxYAML {
		return nil, fmt.Errorf("it has more than %d bytes", maxYAML)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(doc, &root); err != nil {
		return nil, err
	}
	if len(root.Content) != 1 {
		return nil, errors.New("it is empty")
	}
	return (*node)(root.Content[0]), nil
}

// json returns the value in JSON. A tag of CloudFormation becomes its function: !Ref a is
// {"Ref":"a"}, !Sub a is {"Fn::Sub":"a"}, and !GetAtt a.b is {"Fn::GetAtt":["a","b"]}.
func (n *node) json() ([]byte, error) {
	doc, err := n.plain()
	name, tagged := strings.CutPrefix(n.Tag, "!")
	if err != nil || !tagged || strings.HasPrefix(name, "!") {
		return doc, err
	}
	switch name {
	case "Ref", "Condition":
	case "GetAtt":
		if n.Kind == yaml.ScalarNode {
			if doc, err = json.Marshal(strings.SplitN(n.Value, ".", 2)); err != nil {
				return nil, err
			}
		}
		fallthrough
	default:
		name = "Fn::" + name
	}
	return json.Marshal(map[string]json.RawMessage{name: doc})
}

// plain returns the value in JSON without its tag. Members keep their order, and numbers
// their text.
func (n *node) plain() ([]byte, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return nil, fmt.Errorf("line %d: aliases are not supported", n.Line)
	case yaml.MappingNode:
		doc := []byte("{")
		for i := 0; i < len(n.Content); i += 2 {
			name, err := json.Marshal(n.Content[i].Value)
			if err != nil {
				return nil, err
			}
			value, err := (*node)(n.Content[i+1]).json()
			if err != nil {
				return nil, err
			}
			if i > 0 {
				doc = append(doc, ',')
			}
			doc = append(append(append(doc, name...), ':'), value...)
		}
		return append(doc, '}'), nil
	case yaml.SequenceNode:
		doc := []byte("[")
		for i, element := range n.Content {
			value, err := (*node)(element).json()
			if err != nil {
				return nil, err
			}
			if i > 0 {
				doc = append(doc, ',')
			}
			doc = append(doc, value...)
		}
		return append(doc, ']'), nil
	}
	switch (*yaml.Node)(n).ShortTag() {
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return []byte(n.Value), nil
		}
	case "!!bool", "!!null":
		var value any
		if err := (*yaml.Node)(n).Decode(&value); err != nil {
			return nil, err
		}
		return json.Marshal(value)
	}
	return json.Marshal(n.Value)
}
