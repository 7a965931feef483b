package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// resolver puts values in the place of intrinsic functions.
type resolver struct {
	document   map[string]any
	parameters map[string]parameter
}

// noValue is what AWS::NoValue gives: who holds it drops the key or element.
type noValue struct{}

// resource resolves one; it is nil if its condition is false.
func (r *resolver) resource(id string) (*Resource, error) {
	raw := section(section(r.document, "Resources"), id)
	if present, err := r.present(raw); err != nil || !present {
		return nil, err
	}
	kind, _ := raw["Type"].(string)
	properties, err := r.object(section(raw, "Properties"))
	if err != nil {
		return nil, err
	}
	name, err := r.name(id)
	if err != nil {
		return nil, err
	}
	return &Resource{ID: id, Type: kind, Name: name, ARN: arn(kind, name), Properties: properties}, nil
}

func (r *resolver) output(name string, into map[string]string) error {
	raw := section(section(r.document, "Outputs"), name)
	if present, err := r.present(raw); err != nil || !present {
		return err
	}
	text, err := r.text(raw["Value"])
	if err == nil {
		into[name] = text
	}
	return err
}

// present reports whether the condition of a resource or output is true.
func (r *resolver) present(raw object) (bool, error) {
	if name, ok := raw["Condition"]; ok {
		return r.condition(fmt.Sprint(name))
	}
	return true, nil
}

// value resolves everything in v. Where AWS::NoValue is left, it is a noValue.
func (r *resolver) value(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return r.call(name, argument)
				}
			}
		}
		return r.object(v)
	case []any:
		return r.list(v)
	}
	return v, nil
}

func (r *resolver) object(in map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(in))
	for key, v := range in {
		resolved, err := r.value(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if resolved != (noValue{}) {
			out[key] = resolved
		}
	}
	return out, nil
}

func (r *resolver) list(in []any) ([]any, error) {
	out := make([]any, 0, len(in))
	for _, v := range in {
		resolved, err := r.value(v)
		if err != nil {
			return nil, err
		}
		if resolved != (noValue{}) {
			out = append(out, resolved)
		}
	}
	return out, nil
}

// text resolves what must be a scalar.
func (r *resolver) text(v any) (string, error) {
	resolved, err := r.value(v)
	if err != nil {
		return "", err
	}
	switch resolved := resolved.(type) {
	case string:
		return resolved, nil
	case json.Number:
		return resolved.String(), nil
	case bool:
		return strconv.FormatBool(resolved), nil
	}
	return "", fmt.Errorf("%v is no text", v)
}

// call resolves an intrinsic function.
func (r *resolver) call(name string, argument any) (any, error) {
	var out any
	var err error
	switch name {
	case "Ref":
		out, err = r.ref(fmt.Sprint(argument))
	case "Fn::GetAtt":
		out, err = r.attribute(argument)
	case "Fn::Sub":
		out, err = r.sub(argument)
	case "Fn::Join":
		out, err = r.join(argument)
	case "Fn::Split":
		out, err = r.split(argument)
	case "Fn::Select":
		out, err = r.pick(argument)
	case "Fn::FindInMap":
		out, err = r.findInMap(argument)
	case "Fn::If":
		out, err = r.choose(argument)
	default:
		err = errors.New("is not known here")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

func (r *resolver) sub(argument any) (any, error) {
	format, own := argument, map[string]any{}
	if pair, ok := argument.([]any); ok && len(pair) == 2 {
		format = pair[0]
		own, _ = pair[1].(map[string]any)
	}
	text, ok := format.(string)
	if !ok {
		return nil, fmt.Errorf("%v is no text", format)
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(hole string) string {
		name := hole[2 : len(hole)-1]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		var v any = map[string]any{"Ref": name}
		if given, ok := own[name]; ok {
			v = given
		} else if strings.Contains(name, ".") {
			v = map[string]any{"Fn::GetAtt": name}
		}
		value, err := r.text(v)
		failed = errors.Join(failed, err)
		return value
	})
	return out, failed
}

func (r *resolver) join(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, errors.New("takes a delimiter and a list")
	}
	texts, err := r.texts(pair[1])
	if err != nil {
		return nil, err
	}
	return strings.Join(texts, fmt.Sprint(pair[0])), nil
}

func (r *resolver) texts(v any) ([]string, error) {
	resolved, err := r.value(v)
	if err != nil {
		return nil, err
	}
	list, ok := resolved.([]any)
	if !ok {
		return nil, fmt.Errorf("%v is no list", v)
	}
	texts := make([]string, len(list))
	for i, element := range list {
		if texts[i], err = r.text(element); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func (r *resolver) split(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, errors.New("takes a delimiter and a text")
	}
	text, err := r.text(pair[1])
	if err != nil {
		return nil, err
	}
	var out []any
	for part := range strings.SplitSeq(text, fmt.Sprint(pair[0])) {
		out = append(out, part)
	}
	return out, nil
}

func (r *resolver) pick(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, errors.New("takes an index and a list")
	}
	at, err := r.text(pair[0])
	if err != nil {
		return nil, err
	}
	list, err := r.texts(pair[1])
	if err != nil {
		return nil, err
	}
	index, err := strconv.Atoi(at)
	if err != nil || index < 0 || index >= len(list) {
		return nil, fmt.Errorf("no element %s in %q", at, list)
	}
	return list[index], nil
}

func (r *resolver) findInMap(argument any) (any, error) {
	keys, err := r.texts(argument)
	if err != nil {
		return nil, err
	}
	if len(keys) != 3 {
		return nil, errors.New("takes a mapping and two keys")
	}
	found, ok := section(section(section(r.document, "Mappings"), keys[0]), keys[1])[keys[2]]
	if !ok {
		return nil, fmt.Errorf("no %q", keys)
	}
	return found, nil
}

func (r *resolver) choose(argument any) (any, error) {
	three, ok := argument.([]any)
	if !ok || len(three) != 3 {
		return nil, errors.New("takes a condition and two values")
	}
	yes, err := r.condition(fmt.Sprint(three[0]))
	if err != nil {
		return nil, err
	}
	if yes {
		return r.value(three[1])
	}
	return r.value(three[2])
}
