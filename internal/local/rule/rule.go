// Package rule reads EventBridge rules from files: event patterns, rules as `aws events
// put-rule` takes them, and the rules of SAM templates with their targets.
package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/pattern"
)

// Rule says which events go to a target, and what the target gets.
type Rule struct {
	Name    string
	Pattern *pattern.Pattern
	// Transformer makes the target's input of the event; nil: the event is the input.
	Transformer *Transformer
	// Function is the rule's target if that is a function of the same template.
	Function *Function
	// ToSend is whether the target is send: one that is outside of the template.
	ToSend bool
}

// Read reads the rules of a file, or the one that is named after a "#". Only those of a
// template have targets.
func Read(file string) ([]Rule, error) {
	file, name, _ := strings.Cut(file, "#")
	doc, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the rule: %w", err)
	}
	rules, err := parse(doc, file)
	if err != nil {
		return nil, fmt.Errorf("reading the rule in %s: %w", file, err)
	}
	if name == "" {
		return rules, nil
	}
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s has no rule %q; it has %s", file, name, Names(rules))
	}
	return rules[i : i+1], nil
}

// Names returns the names of rules, for a message.
func Names(rules []Rule) string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// parse reads the rules of a document; file is where it is.
func parse(doc []byte, file string) ([]Rule, error) {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if !json.Valid(doc) {
		if ext := filepath.Ext(file); ext != ".yaml" && ext != ".yml" {
			return nil, errors.New("it is not JSON, and its name does not end in .yaml")
		}
		root, err := readYAML(doc)
		if err != nil {
			return nil, err
		}
		if doc, err = root.json(); err != nil {
			return nil, err
		}
	}
	var r struct {
		Name         string
		EventPattern json.RawMessage
		Resources    json.RawMessage
	}
	if err := json.Unmarshal(doc, &r); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	switch {
	case isObject(r.Resources):
		return readTemplate(doc, filepath.Dir(file))
	case r.EventPattern != nil:
		if r.Name != "" {
			name = r.Name
		}
		doc = r.EventPattern
	}
	p, err := compile(doc)
	if err != nil {
		return nil, err
	}
	return []Rule{{Name: name, Pattern: p}}, nil
}

// compile reads a pattern, which the API of EventBridge has in a string.
func compile(doc []byte) (*pattern.Pattern, error) {
	var text string
	if json.Unmarshal(doc, &text) == nil {
		doc = []byte(text)
	}
	return pattern.Compile(doc)
}

func isObject(doc json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(doc), []byte("{")) }
