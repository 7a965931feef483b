package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Compare returns where a JSON document does not hold what is wanted of it, nil
// where it holds. An object holds if each name that is wanted holds, further names
// do not matter, but {} is only {}; a list has the same length, and each element
// holds; null means not there, or null, false or empty; anything else is equal.
func Compare(want, got []byte) []string {
	w, err := decode(want)
	if err != nil {
		return []string{"what is wanted is not JSON: " + err.Error()}
	}
	if len(got) == 0 {
		got = []byte("null")
	}
	g, err := decode(got)
	if err != nil {
		return []string{fmt.Sprintf("%.300q is not JSON: %v", got, err)}
	}
	return compare("", w, g)
}

func decode(doc []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func compare(path string, want, got any) []string {
	switch want := want.(type) {
	case nil:
		if !empty(got) {
			return []string{fmt.Sprintf("%s: got %v, want nothing", path, got)}
		}
		return nil
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(want) == 0 && len(object) > 0 {
			return []string{fmt.Sprintf("%s: got %v, want %v", path, got, want)}
		}
		var all []string
		for _, name := range slices.Sorted(maps.Keys(want)) {
			all = append(all, compare(path+"."+name, want[name], object[name])...)
		}
		return all
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return []string{fmt.Sprintf("%s: got %v, want %v", path, got, want)}
		}
		var all []string
		for i := range want {
			all = append(all, compare(fmt.Sprintf("%s[%d]", path, i), want[i], list[i])...)
		}
		return all
	}
	if want != got {
		return []string{fmt.Sprintf("%s: got %#v, want %#v", path, got, want)}
	}
	return nil
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
