// Package pattern matches events with EventBridge event patterns.
//
// It has the whole language of the page "Comparison operators for use in event
// patterns" of the EventBridge User Guide. Where that page is silent, it does what
// Event Ruler does, the library in which AWS publishes its matcher. One check is left
// out: AWS refuses wildcards that it finds too complex.
package pattern

import (
	"errors"
	"fmt"
)

// Pattern is a compiled event pattern. It is safe for concurrent use.
type Pattern struct {
	alternatives []*node // the pattern matches if one of them does
}

// Error says why AWS would refuse a pattern.
type Error struct {
	Path   string // the fields from the top to where it is, joined by dots; empty at the top
	Reason string
}

// Error returns the path and the reason.
func (e *Error) Error() string {
	if e.Path == "" {
		return "event pattern: " + e.Reason
	}
	return fmt.Sprintf("event pattern: %s: %s", e.Path, e.Reason)
}

// Compile reads a pattern. The error is an [*Error] if the pattern is JSON.
func Compile(doc []byte) (*Pattern, error) {
	top, err := read(doc)
	if err != nil {
		return nil, fmt.Errorf("event pattern: reading the JSON: %w", err)
	}
	rules, err := compile(top)
	if err != nil {
		return nil, err
	}
	p := &Pattern{}
	for _, r := range rules {
		p.alternatives = append(p.alternatives, r.tree())
	}
	return p, nil
}

// Match reports whether the pattern matches the event, a JSON object.
func (p *Pattern) Match(event []byte) (bool, error) {
	v, err := read(event)
	if err != nil {
		return false, fmt.Errorf("reading the event: %w", err)
	}
	if v.kind != object {
		return false, errors.New("reading the event: it is not a JSON object")
	}
	v = v.nested()
	for _, a := range p.alternatives {
		if a.matches(v) {
			return true, nil
		}
	}
	return false, nil
}
