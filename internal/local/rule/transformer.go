package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Transformer is the input transformer of a rule's target.
type Transformer struct {
	rule     string
	paths    map[string][]string // the fields and indexes of each variable
	template string
}

// NewTransformer returns the transformer of a rule with this name. paths are JSON paths
// by the name of their variable.
func NewTransformer(rule string, paths map[string]string, template string) (*Transformer, error) {
	t := &Transformer{rule: rule, paths: map[string][]string{}, template: template}
	for name, path := range paths {
		steps, err := parsePath(path)
		if err != nil {
			return nil, err
		}
		t.paths[name] = steps
	}
	return t, nil
}

// parsePath reads a JSON path of names and indexes, such as $.detail.list[0].name.
func parsePath(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "$")
	var steps []string
	for ok && rest != "" {
		step := regexp.MustCompile(`^(?:\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\])`).FindStringSubmatch(rest)
		if ok = step != nil; ok {
			steps = append(steps, step[1]+step[2]+step[3])
			rest = rest[len(step[0]):]
		}
	}
	if !ok {
		return nil, fmt.Errorf("the input transformer's path %q is not of names and indexes", path)
	}
	return steps, nil
}

// Transform returns the target's input. Like EventBridge, it puts the value of a
// variable in place of <variable>: as JSON or, within quotes, as the text of a string. A
// value that the event does not have is left out.
func (t *Transformer) Transform(event []byte) ([]byte, error) {
	var top any
	if err := decode(event, &top); err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	var out bytes.Buffer
	quoted, escaped := false, false
	for i := 0; i < len(t.template); i++ {
		c := t.template[i]
		if name, _, ok := strings.Cut(t.template[i+1:], ">"); c == '<' && ok {
			if value, found := t.value(name, top, event); found {
				out.Write(inserted(value, quoted))
				i += len(name) + 1
				continue
			}
		}
		if c == '"' && !escaped {
			quoted = !quoted
		}
		escaped = c == '\\' && !escaped
		out.WriteByte(c)
	}
	return out.Bytes(), nil
}

// value returns the JSON of a variable, empty if the event does not have it, and whether
// there is a variable of this name.
func (t *Transformer) value(name string, top any, event []byte) (json.RawMessage, bool) {
	switch name {
	case "aws.events.event", "aws.events.event.json":
		return event, true
	case "aws.events.rule-name":
		return json.RawMessage(strconv.Quote(t.rule)), true
	}
	steps, ok := t.paths[name]
	if !ok {
		return nil, false
	}
	for _, step := range steps {
		switch v := top.(type) {
		case map[string]any:
			if top, ok = v[step]; !ok {
				return nil, true
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil, true
			}
			top = v[i]
		default:
			return nil, true
		}
	}
	doc, err := marshal(top)
	return doc, err == nil
}

// inserted returns what stands in a template for a value. A string that is not within
// quotes keeps its own.
func inserted(value json.RawMessage, quoted bool) []byte {
	if !quoted || len(value) == 0 {
		return value
	}
	if value[0] == '"' {
		return value[1 : len(value)-1]
	}
	text, err := marshal(string(value))
	if err != nil {
		return nil
	}
	return text[1 : len(text)-1]
}

// marshal encodes a value and leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}
