package pattern

import (
	"errors"
	"fmt"
	"strings"
)

// add adds one of a field's alternatives: a scalar, or an object with an operator.
func (l *leaf) add(v value) error {
	switch {
	case v.kind == array:
		return errors.New("a value must be a string, a number, true, false, null or an operator")
	case v.scalar():
		l.matchers = append(l.matchers, equals(v))
		return nil
	case len(v.members) != 1:
		return errors.New("an operator must be an object with one member")
	}
	m := v.members[0]
	if m.name == "exists" {
		switch m.kind {
		case 't':
			l.matchers = append(l.matchers, func(value) bool { return true })
		case 'f':
			l.absent = true
		default:
			return errors.New("exists takes true or false")
		}
		return nil
	}
	match, err := operator(m)
	if err != nil {
		return err
	}
	l.matchers = append(l.matchers, match)
	return nil
}

// operator returns the matcher of any operator but exists.
func operator(m member) (matcher, error) {
	switch m.name {
	case "numeric":
		return numeric(m.value)
	case "cidr":
		return cidr(m.value)
	case "anything-but":
		return anythingBut(m.value)
	case "prefix", "suffix":
		if m.kind == object {
			if len(m.members) != 1 || m.members[0].name != "equals-ignore-case" {
				return nil, fmt.Errorf("%s takes a string or {\"equals-ignore-case\": string}", m.name)
			}
			return text(member{m.name + " equals-ignore-case", m.members[0].value})
		}
	}
	return text(m)
}

// text returns the matcher of an operator that compares strings.
func text(m member) (matcher, error) {
	var compare func(string) bool
	switch operand := m.text; m.name {
	case "exactly":
		compare = func(s string) bool { return s == operand }
	case "prefix":
		compare = func(s string) bool { return strings.HasPrefix(s, operand) }
	case "suffix":
		compare = func(s string) bool { return strings.HasSuffix(s, operand) }
	case "equals-ignore-case":
		compare = func(s string) bool { return strings.EqualFold(s, operand) }
	case "prefix equals-ignore-case":
		compare = func(s string) bool { return strings.EqualFold(firstRunes(s, runes(operand)), operand) }
	case "suffix equals-ignore-case":
		compare = func(s string) bool { return strings.EqualFold(lastRunes(s, runes(operand)), operand) }
	case "wildcard":
		segments, err := wildcard(operand)
		if err != nil {
			return nil, err
		}
		compare = segments.match
	default:
		return nil, fmt.Errorf("there is no operator %q", m.name)
	}
	if m.kind != str {
		return nil, fmt.Errorf("%s takes a string", m.name)
	}
	return func(v value) bool { return v.kind == str && compare(v.text) }, nil
}

// equals returns the matcher of a value. Numbers must have the same text: the guide
// says that "300, 300.0, and 3.0e2 are not considered equal".
func equals(want value) matcher {
	return func(v value) bool { return v.kind == want.kind && v.text == want.text }
}

// anythingBut returns the matcher of anything-but, which takes a string, a number, a
// list of either, or an operator that compares strings, with a string or a list.
func anythingBut(operand value) (matcher, error) {
	newMatcher, operands := equalsOnly, operand
	if operand.kind == object {
		if len(operand.members) != 1 {
			return nil, errors.New("anything-but takes one operator")
		}
		m := operand.members[0]
		switch m.name {
		case "prefix", "suffix", "equals-ignore-case", "wildcard":
		default:
			return nil, fmt.Errorf("anything-but does not take %s", m.name)
		}
		operands = m.value
		newMatcher = func(v value) (matcher, error) {
			if v.text == "" && (m.name == "prefix" || m.name == "suffix") {
				return nil, fmt.Errorf("anything-but takes no empty %s", m.name)
			}
			return text(member{m.name, v})
		}
	}
	list := []value{operands}
	if operands.kind == array {
		list = operands.elements
	}
	if len(list) == 0 {
		return nil, errors.New("anything-but takes no empty list")
	}
	var but leaf
	for _, v := range list {
		match, err := newMatcher(v)
		if err != nil {
			return nil, err
		}
		if v.kind != list[0].kind {
			return nil, errors.New("a list of anything-but has either strings or numbers")
		}
		but.matchers = append(but.matchers, match)
	}
	return func(v value) bool { return !but.matches(v) }, nil
}

// equalsOnly returns the matcher of a value of anything-but, where numbers are
// compared by what they are worth.
func equalsOnly(v value) (matcher, error) {
	switch v.kind {
	case str:
		return equals(v), nil
	case number:
		return compareNumber("=", v)
	}
	return nil, errors.New("anything-but takes strings and numbers")
}
