package template

import (
	"encoding/json"
	"errors"
	"fmt"
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
	properties, err := r.object(section(raw, "Properties"))
	if err != nil {
		return nil, err
	}
	called, err := r.identify(id)
	if err != nil {
		return nil, err
	}
	return &Resource{ID: id, Type: called.kind, Name: called.name, ARN: called.arn, Properties: properties}, nil
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
