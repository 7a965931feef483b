package pattern

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// errMore says that a document has more than its one JSON value.
var errMore = errors.New("there is more after the value")

// maxCombinations is the number of rules to which the $or of a pattern may expand.
const maxCombinations = 1000

// rule is a pattern without $or: what the value at each path must be. Like AWS, it
// has one leaf for a path, so that the last one stands.
type rule map[string]leaf

// compile expands a pattern into its rules.
func compile(top value) ([]rule, error) {
	if top.kind != object {
		return nil, &Error{"", "it must be an object"}
	}
	if top.combinations() > maxCombinations {
		return nil, &Error{"", "its $or have more than 1,000 combinations"}
	}
	return addObject([]rule{{}}, "", top)
}

// addObject returns the rules with the members of an object at a path added to each.
func addObject(rules []rule, path string, v value) ([]rule, error) {
	if len(v.members) == 0 {
		return nil, &Error{path, "an object must not be empty"}
	}
	for _, m := range v.members {
		at := join(path, m.name)
		var err error
		switch {
		case m.isOr():
			rules, err = addOr(rules, path, m.elements)
		case m.kind == object:
			rules, err = addObject(rules, at, m.value)
		case m.kind == array:
			err = addLeaf(rules, at, m.elements)
		default:
			err = &Error{at, "it must be an object or an array"}
		}
		if err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// addOr returns, for each alternative of an $or, the rules with it added.
func addOr(rules []rule, path string, alternatives []value) ([]rule, error) {
	var all []rule
	for _, a := range alternatives {
		copies := make([]rule, len(rules))
		for i, r := range rules {
			copies[i] = maps.Clone(r)
		}
		added, err := addObject(copies, path, a)
		if err != nil {
			return nil, err
		}
		all = append(all, added...)
	}
	return all, nil
}

// addLeaf adds what the value at a path must be to each rule.
func addLeaf(rules []rule, path string, values []value) error {
	if len(values) == 0 {
		return &Error{path, "an array must not be empty"}
	}
	var l leaf
	for _, v := range values {
		if err := l.add(v); err != nil {
			return &Error{path, err.Error()}
		}
	}
	for _, r := range rules {
		r[path] = l
	}
	return nil
}

// isOr reports whether the member is the operator $or: an array of two or more
// objects none of which has an operator's name for a field. Any other $or is a field
// of this name.
func (m member) isOr() bool {
	return m.name == "$or" && m.kind == array && len(m.elements) >= 2 &&
		!slices.ContainsFunc(m.elements, func(v value) bool { return v.kind != object || v.hasReserved() })
}

// hasReserved reports whether an object, or one within it, has a field whose name is
// reserved within $or.
func (v value) hasReserved() bool {
	return slices.ContainsFunc(v.members, func(m member) bool {
		return slices.Contains(reserved, m.name) || m.kind == object && m.hasReserved()
	})
}

// reserved are the operators and what Event Ruler keeps free for new ones.
var reserved = []string{
	"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
	"=", "<", "<=", ">", ">=",
	"regex", "not-wildcard", "not-equals-ignore-case",
	"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
	"ip-address-in-range", "ip-address-not-in-range",
}

// combinations returns the product of the lengths of all $or, which is how AWS counts
// them; it stops above the limit.
func (v value) combinations() int {
	n := 1
	for _, m := range v.members {
		inner := []value{m.value}
		if m.isOr() {
			n *= len(m.elements)
			inner = m.elements
		}
		for _, i := range inner {
			if n > maxCombinations {
				return n
			}
			n *= i.combinations()
		}
	}
	return n
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// tree returns the rule as the tree of its paths.
func (r rule) tree() *node {
	top := &node{}
	for path, l := range r {
		n := top
		for name := range strings.SplitSeq(path, ".") {
			if n.children == nil {
				n.children = map[string]*node{}
			}
			if n.children[name] == nil {
				n.children[name] = &node{}
			}
			n = n.children[name]
		}
		n.leaf = &l
	}
	return top
}
