package template

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

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
	for segment := range strings.SplitSeq(text, fmt.Sprint(pair[0])) {
		out = append(out, segment)
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
