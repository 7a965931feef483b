package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parameter is a template's parameter with the value it has.
type parameter struct {
	text  string
	value any // what Ref gives: a text, or a list of texts
}

// values checks the given values and fills in the defaults.
func values(declared map[string]any, given map[string]string) (map[string]parameter, error) {
	for name := range given {
		if declared[name] == nil {
			return nil, fmt.Errorf("%s is none of the template's", name)
		}
	}
	all := make(map[string]parameter)
	for name := range declared {
		d := section(declared, name)
		text, ok := given[name]
		if !ok {
			if d["Default"] == nil {
				return nil, fmt.Errorf("%s has no default and no value", name)
			}
			text = fmt.Sprint(d["Default"])
		}
		p, err := d.parameter(text)
		if err != nil {
			return nil, fmt.Errorf("%s = %q: %w", name, text, err)
		}
		all[name] = p
	}
	return all, nil
}

// object is a JSON object of the template.
type object map[string]any

// section is the object under a key; it is empty if there is none.
func section(in map[string]any, key string) object {
	found, _ := in[key].(map[string]any)
	return found
}

func (d object) parameter(text string) (parameter, error) {
	switch d["Type"] {
	case "String":
		return parameter{text, text}, d.check(text)
	case "Number":
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return parameter{}, errors.New("is no number")
		}
		return parameter{text, text}, d.check(text)
	case "CommaDelimitedList":
		var list []any
		for element := range strings.SplitSeq(text, ",") {
			element = strings.TrimSpace(element)
			if err := d.check(element); err != nil {
				return parameter{}, err
			}
			list = append(list, element)
		}
		return parameter{text, list}, nil
	}
	return parameter{}, fmt.Errorf("type %v is not known here", d["Type"])
}

// check holds a value, or one element of a list, against the constraints.
func (d object) check(text string) error {
	if allowed, ok := d["AllowedValues"].([]any); ok && !slices.ContainsFunc(allowed, func(v any) bool { return fmt.Sprint(v) == text }) {
		return fmt.Errorf("is none of %v", allowed)
	}
	if pattern, ok := d["AllowedPattern"].(string); ok {
		compiled, err := regexp.Compile(`^(?:` + pattern + `)$`)
		if err != nil {
			return err
		}
		if !compiled.MatchString(text) {
			return fmt.Errorf("does not match %s", pattern)
		}
	}
	number, _ := strconv.ParseFloat(text, 64) // where it is none, the next two bounds do not apply
	for _, bound := range []struct {
		key   string
		value float64
		sign  float64
	}{{"MinValue", number, 1}, {"MaxValue", number, -1}, {"MinLength", float64(utf8.RuneCountInString(text)), 1}, {"MaxLength", float64(utf8.RuneCountInString(text)), -1}} {
		limit, ok := d[bound.key]
		if !ok {
			continue
		}
		n, err := limitOf(limit)
		if err != nil {
			return fmt.Errorf("%s: %w", bound.key, err)
		}
		if bound.sign*bound.value < bound.sign*n {
			return fmt.Errorf("is beyond its %s %v", bound.key, limit)
		}
	}
	return nil
}

func limitOf(v any) (float64, error) {
	if n, ok := v.(json.Number); ok {
		return n.Float64()
	}
	return strconv.ParseFloat(fmt.Sprint(v), 64)
}
