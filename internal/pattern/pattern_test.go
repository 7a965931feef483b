package pattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/pattern"
)

// documented is an example of AWS's documentation with events that it matches and
// events that it does not match.
type documented struct {
	Section       string
	Pattern       json.RawMessage
	Match, Differ []json.RawMessage
}

func readDocumented(t testing.TB) []documented {
	t.Helper()
	doc, err := os.ReadFile("testdata/documented.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []documented
	if err := json.Unmarshal(doc, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestDocumented(t *testing.T) {
	for _, c := range readDocumented(t) {
		p, err := pattern.Compile(c.Pattern)
		if err != nil {
			t.Errorf("%s: %s is refused: %v", c.Section, c.Pattern, err)
			continue
		}
		for want, events := range map[bool][]json.RawMessage{true: c.Match, false: c.Differ} {
			for _, event := range events {
				if got, err := p.Match(event); err != nil || got != want {
					t.Errorf("%s: %s with %s: got %v, %v, want %v", c.Section, c.Pattern, event, got, err, want)
				}
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for doc, want := range map[string][2]string{ // the path, and what the reason says
		`[1,2,3]`:                         {"", "object"},
		`{}`:                              {"", "empty"},
		`{"a":1}`:                         {"a", "object or an array"},
		`{"detail":{"state":"running"}}`:  {"detail.state", "object or an array"},
		`{"a":{}}`:                        {"a", "empty"},
		`{"a":{"b":[]}}`:                  {"a.b", "empty"},
		`{"a":[[1]]}`:                     {"a", "a value must be"},
		`{"a":[{}]}`:                      {"a", "one member"},
		`{"a":[{"x":2}]}`:                 {"a", `no operator "x"`},
		`{"a":[{"prefix":"b","foo":[]}]}`: {"a", "one member"},
		`{"a":[{"exactly":33}]}`:          {"a", "exactly takes a string"},
		`{"a":[{"prefix":3}]}`:            {"a", "prefix takes a string"},
		`{"a":[{"prefix":["b"]}]}`:        {"a", "prefix takes a string"},
		`{"a":[{"suffix":null}]}`:         {"a", "suffix takes a string"},
		`{"a":[{"prefix":{"x":"b"}}]}`:    {"a", "equals-ignore-case"},
		`{"a":[{"suffix":{"equals-ignore-case":5}}]}`:                {"a", "takes a string"},
		`{"a":[{"suffix":{"equals-ignore-case":"a","prefix":"b"}}]}`: {"a", "equals-ignore-case"},
		`{"a":[{"equals-ignore-case":["abc"]}]}`:                     {"a", "takes a string"},
		`{"a":[{"exists":"true"}]}`:                                  {"a", "true or false"},
		`{"a":[{"exists":true,"prefix":"b"}]}`:                       {"a", "one member"},
		`{"a":[{"wildcard":5}]}`:                                     {"a", "takes a string"},
		`{"a":[{"wildcard":["abc"]}]}`:                               {"a", "takes a string"},
		`{"a":[{"wildcard":"a**b"}]}`:                                {"a", "in a row"},
		`{"a":[{"wildcard":"a\\b"}]}`:                                {"a", "backslash"},
		`{"a":[{"wildcard":"a\\"}]}`:                                 {"a", "backslash"},
		`{"a":[{"cidr":"foo"}]}`:                                     {"a", "address block"},
		`{"a":[{"cidr":"10.0.0.0"}]}`:                                {"a", "address block"},
		`{"a":[{"cidr":"10.0.0.0/33"}]}`:                             {"a", "address block"},
		`{"a":[{"cidr":"10.0.0.0/32"}]}`:                             {"a", "mask bits"},
		`{"a":[{"cidr":"::1/128"}]}`:                                 {"a", "mask bits"},
		`{"a":[{"cidr":10}]}`:                                        {"a", "takes a string"},
		`{"a":[{"anything-but":null}]}`:                              {"a", "strings and numbers"},
		`{"a":[{"anything-but":[true]}]}`:                            {"a", "strings and numbers"},
		`{"a":[{"anything-but":[["b"]]}]}`:                           {"a", "strings and numbers"},
		`{"a":[{"anything-but":[]}]}`:                                {"a", "empty list"},
		`{"a":[{"anything-but":["b",111]}]}`:                         {"a", "either strings or numbers"},
		`{"a":[{"anything-but":{}}]}`:                                {"a", "one operator"},
		`{"a":[{"anything-but":{"foo":"b"}}]}`:                       {"a", "does not take foo"},
		`{"a":[{"anything-but":{"numeric":["=",1]}}]}`:               {"a", "does not take numeric"},
		`{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}`:             {"a", "does not take cidr"},
		`{"a":[{"anything-but":{"prefix":""}}]}`:                     {"a", "no empty prefix"},
		`{"a":[{"anything-but":{"suffix":["b",""]}}]}`:               {"a", "no empty suffix"},
		`{"a":[{"anything-but":{"prefix":27}}]}`:                     {"a", "takes a string"},
		`{"a":[{"anything-but":{"prefix":[1]}}]}`:                    {"a", "takes a string"},
		`{"a":[{"anything-but":{"wildcard":["b","c**d"]}}]}`:         {"a", "in a row"},
		`{"a":[{"anything-but":{"equals-ignore-case":[]}}]}`:         {"a", "empty list"},
		`{"a":[{"anything-but":{"prefix":"b","suffix":"c"}}]}`:       {"a", "one operator"},
		`{"a":[{"numeric":5}]}`:                                      {"a", "list"},
		`{"a":[{"numeric":[]}]}`:                                     {"a", "list"},
		`{"a":[{"numeric":["="]}]}`:                                  {"a", "list"},
		`{"a":[{"numeric":["=",true]}]}`:                             {"a", "takes a number"},
		`{"a":[{"numeric":["=","1"]}]}`:                              {"a", "takes a number"},
		`{"a":[{"numeric":["==",1]}]}`:                               {"a", `not "=="`},
		`{"a":[{"numeric":["=",2.0e22]}]}`:                           {"a", "5.0e9"},
		`{"a":[{"numeric":["=",5000000000.000001]}]}`:                {"a", "5.0e9"},
		`{"a":[{"numeric":["<",-5.1e9]}]}`:                           {"a", "5.0e9"},
		`{"a":[{"numeric":["=",0.0000001]}]}`:                        {"a", "six decimals"},
		`{"a":[{"numeric":["=",1e999999999999]}]}`:                   {"a", "5.0e9"},
		`{"a":[{"numeric":["<",1,">",0]}]}`:                          {"a", `not "<"`},
		`{"a":[{"numeric":["=",1,"<",2]}]}`:                          {"a", `not "="`},
		`{"a":[{"numeric":[">",1,"=",2]}]}`:                          {"a", `not "="`},
		`{"a":[{"numeric":[">",1,"<",1]}]}`:                          {"a", "less than"},
		`{"a":[{"numeric":[">",30,"<=",1]}]}`:                        {"a", "less than"},
		`{"a":[{"numeric":[">",1,"<",30,false]}]}`:                   {"a", "list"},
		`{"$or":[{"a":["b"]}]}`:                                      {"$or", `no operator "a"`},
		`{"$or":[{"a":["b"]},"c"]}`:                                  {"$or", `no operator "a"`},
		`{"$or":[{"a":["b"]},{}]}`:                                   {"", "empty"},
		`{"d":{"$or":[{"numeric":123},{"a":["b"]}]}}`:                {"d.$or", "list"},
		`{"d":{"$or":[{"a":["b"]},{"c":{"exists":[true]}}]}}`:        {"d.$or", `no operator "a"`},
	} {
		_, err := pattern.Compile([]byte(doc))
		var refused *pattern.Error
		if !errors.As(err, &refused) || refused.Path != want[0] || !strings.Contains(refused.Reason, want[1]) {
			t.Errorf("%s: got %v, want the path %q and a reason with %q", doc, err, want[0], want[1])
		}
	}
}

func TestNoJSON(t *testing.T) {
	for _, doc := range []string{"", "{", `{"a":["b"]}x`, `{"a":["b"]} {}`, `{'a':['b']}`} {
		if _, err := pattern.Compile([]byte(doc)); err == nil {
			t.Errorf("the pattern %q is not refused", doc)
		}
	}
	p, err := pattern.Compile([]byte(`{"a":[{"exists":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{"", "[]", `"a"`, "{", "{}{}"} {
		if got, err := p.Match([]byte(event)); err == nil || got {
			t.Errorf("the event %q: got %v, %v, want an error", event, got, err)
		}
	}
}

// TestCombinations pins the documented limit: an $or may expand to 1,000 rules.
func TestCombinations(t *testing.T) {
	or := func(name string, n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(`{"%s":["%d"]}`, name, i)
		}
		return `"$or":[` + strings.Join(all, ",") + "]"
	}
	within := "{" + or("a", 10) + `,"d":{` + or("b", 100) + "}}"
	p, err := pattern.Compile([]byte(within))
	if err != nil {
		t.Fatalf("1,000 combinations: %v", err)
	}
	for event, want := range map[string]bool{`{"a":"9","d":{"b":"99"}}`: true, `{"a":"9","d":{"b":"100"}}`: false} {
		if got, err := p.Match([]byte(event)); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", event, got, err, want)
		}
	}
	for _, above := range []string{
		"{" + or("a", 1001) + "}",
		"{" + or("a", 7) + `,"d":{` + or("b", 143) + "}}",
		"{" + or("a", 7) + `,"$or":[{"c":["d"],` + or("b", 80) + `},{"c":["e"]}]}`,
	} {
		if _, err := pattern.Compile([]byte(above)); err == nil || !strings.Contains(err.Error(), "1,000") {
			t.Errorf("%.60s…: got %v, want that it has more than 1,000 combinations", above, err)
		}
	}
}
