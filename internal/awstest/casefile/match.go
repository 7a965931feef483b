package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
)

// Match returns how got differs from want, "" if it holds: an object holds if
// each name in it does, {} is only {}; a list has the same length, and each
// element holds; null is nothing, null, false or empty; all else is equal.
func Match(want, got json.RawMessage) string {
	w, err := decode(want)
	if err != nil {
		return "want is not JSON: " + err.Error()
	}
	var g any
	if len(got) > 0 {
		if g, err = decode(got); err != nil {
			return fmt.Sprintf("got %.200s, which is not JSON: %v", got, err)
		}
	}
	return match("", w, g)
}

// decode keeps all digits of numbers.
func decode(doc json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func match(path string, want, got any) string {
	switch w := want.(type) {
	case nil:
		if !empty(got) {
			return fmt.Sprintf("%s: got %v, want nothing", path, got)
		}
		return ""
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(w) == 0 && len(g) > 0 {
			return fmt.Sprintf("%s: got %v, want %v", path, got, want)
		}
		for name, value := range w {
			if problem := match(path+"."+name, value, g[name]); problem != "" {
				return problem
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: got %v, want %v", path, got, want)
		}
		for i := range w {
			if problem := match(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); problem != "" {
				return problem
			}
		}
		return ""
	}
	if !equal(want, got) {
		return fmt.Sprintf("%s: got %v, want %v", path, got, want)
	}
	return ""
}

func equal(want, got any) bool {
	w, ok := want.(json.Number)
	g, gotOK := got.(json.Number)
	if ok && gotOK {
		a, wantRead := new(big.Rat).SetString(string(w))
		b, gotRead := new(big.Rat).SetString(string(g))
		return wantRead && gotRead && a.Cmp(b) == 0
	}
	return reflect.DeepEqual(want, got)
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
