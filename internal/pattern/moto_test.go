package pattern_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/pattern"
)

// pair is a pattern and an event.
type pair [2]json.RawMessage

// motoMatches returns what moto's matcher says about each pair.
func motoMatches(t *testing.T, pairs []pair) []bool {
	t.Helper()
	var lines, errors bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, p := range pairs {
		if err := encoder.Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), harness.Python(t), "testdata/matcher.py")
	cmd.Stdin, cmd.Stderr = &lines, &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("matcher.py: %v\n%s", err, &errors)
	}
	all := make([]bool, 0, len(pairs))
	for line := range strings.Lines(string(out)) {
		all = append(all, line == "true\n")
	}
	if len(all) != len(pairs) {
		t.Fatalf("matcher.py answered %d pairs, want %d", len(all), len(pairs))
	}
	return all
}

func matches(t *testing.T, p pair) bool {
	t.Helper()
	compiled, err := pattern.Compile(p[0])
	if err != nil {
		t.Fatalf("%s is refused: %v", p[0], err)
	}
	got, err := compiled.Match(p[1])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAgreesWithMoto(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	pairs := make([]pair, 10_000)
	for i := range pairs {
		pairs[i] = pair{encode(t, g.pattern(0)), encode(t, g.event(0))}
	}
	matched := 0
	for i, want := range motoMatches(t, pairs) {
		got := matches(t, pairs[i])
		if got != want {
			t.Errorf("%s with %s: got %v, want %v as moto", pairs[i][0], pairs[i][1], got, want)
		}
		if got {
			matched++
		}
	}
	if matched < 1000 || matched > 9000 {
		t.Errorf("%d of 10,000 pairs match: they prove little", matched)
	}
}

// TestDiffersFromMoto lists where AWS decides otherwise than moto. The generator of
// pairs makes nothing of the kind.
func TestDiffersFromMoto(t *testing.T) {
	list := []struct {
		why            string
		pattern, event string
		want           bool
	}{
		{"the guide: numbers are compared by their text", `{"a":[300]}`, `{"a":300.0}`, false},
		{"the guide: true is a keyword, not a number", `{"a":[1]}`, `{"a":true}`, false},
		{"the guide: numeric works with values that are JSON numbers", `{"a":[{"numeric":["<",2]}]}`, `{"a":true}`, false},
		{"the guide: numeric is limited to 5.0e9", `{"a":[{"numeric":[">",2]}]}`, `{"a":6000000000}`, false},
		{"the guide: numeric is limited to six decimals", `{"a":[{"numeric":[">",2]}]}`, `{"a":2.0000001}`, false},
		{"the guide: exists matches leaves only, and an empty array has none", `{"a":[{"exists":true}]}`, `{"a":[]}`, false},
		{"the guide: exists matches leaves only", `{"a":[{"exists":true}]}`, `{"a":{}}`, false},
		{"Ruler: an array stands for its elements", `{"a":{"b":["x"]}}`, `{"a":[{"b":"x"}]}`, true},
		{"Ruler: an array stands for its elements, in arrays too", `{"a":["x"]}`, `{"a":[["x"]]}`, true},
		{"Ruler: anything-but needs a leaf", `{"a":[{"anything-but":"x"}]}`, `{"a":[{"b":"x"}]}`, false},
		{"Ruler: * is any characters, line breaks too", `{"a":[{"wildcard":"x*z"}]}`, `{"a":"x\nz"}`, true},
		{"Ruler: a block begins with its address", `{"a":[{"cidr":"10.0.0.7/24"}]}`, `{"a":"10.0.0.9"}`, true},
		{"Ruler: an address is written as text", `{"a":[{"cidr":"0.0.0.0/8"}]}`, `{"a":5}`, false},
		{"Ruler: the last of two patterns of a path stands", `{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}`, `{"a":"y"}`, true},
	}
	pairs := make([]pair, len(list))
	for i, c := range list {
		pairs[i] = pair{json.RawMessage(c.pattern), json.RawMessage(c.event)}
	}
	for i, moto := range motoMatches(t, pairs) {
		c := list[i]
		if got := matches(t, pairs[i]); got != c.want {
			t.Errorf("%s: %s with %s: got %v, want %v", c.why, c.pattern, c.event, got, c.want)
		}
		if moto == c.want {
			t.Errorf("%s: moto says %v as well: take it off the list", c.why, moto)
		}
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// generator makes random patterns and events of few names and values, so that many of
// them match.
type generator struct{ *rand.Rand }

type object = map[string]any

func (g generator) event(depth int) object {
	o := object{}
	for _, name := range []string{"a", "b", "c", "d"} {
		switch n := g.IntN(10); {
		case n == 0: // it is absent
		case name == "d" && depth < 2 || n == 1 && depth < 2:
			o[name] = g.event(depth + 1)
		case n < 4:
			o[name] = []any{g.scalar(), g.scalar(), g.scalar()}
		default:
			o[name] = g.scalar()
		}
	}
	if len(o) == 0 {
		o["a"] = g.scalar()
	}
	return o
}

func (g generator) scalar() any {
	switch g.IntN(8) {
	case 0:
		return g.number()
	case 1:
		return []any{true, false, nil}[g.IntN(3)]
	case 2:
		return g.address()
	}
	return g.text()
}

func (g generator) number() any { return []any{2, 3, 5, 5.5, -7, 1000000}[g.IntN(6)] }

func (g generator) address() string {
	return []string{"10.0.0.1", "10.0.1.1", "192.168.1.1", "2001:db8::1", "2001:db8:1::1"}[g.IntN(5)]
}

// text returns one to three of few syllables, in either case.
func (g generator) text() string {
	var s strings.Builder
	for range 1 + g.IntN(3) {
		s.WriteString([]string{"x", "X", "yz", "Yz", "*", "é", `\`}[g.IntN(7)])
	}
	return s.String()
}

func (g generator) pattern(depth int) object {
	o := object{}
	for _, name := range []string{"a", "b", "c", "d"} {
		switch n := g.IntN(6); {
		case n < 3: // it is not asked for
		case name == "d" && depth < 2:
			o[name] = g.pattern(depth + 1)
		default:
			o[name] = g.alternatives()
		}
	}
	if g.IntN(4) == 0 && depth < 2 {
		used := o
		o = object{"$or": []any{g.pattern(depth + 1), g.pattern(depth + 1)}}
		if inner, ok := used["d"]; ok && depth == 0 && !g.mentions(o, "d") {
			o["d"] = inner
		}
	}
	if len(o) == 0 {
		o["a"] = g.alternatives()
	}
	return o
}

// mentions reports whether a pattern asks for a name, within $or too.
func (g generator) mentions(o object, name string) bool {
	if _, ok := o[name]; ok {
		return true
	}
	or, _ := o["$or"].([]any)
	for _, alternative := range or {
		if g.mentions(alternative.(object), name) {
			return true
		}
	}
	return false
}

func (g generator) alternatives() []any {
	var all []any
	for range 1 + g.IntN(3) {
		if g.IntN(2) == 0 {
			all = append(all, g.scalar())
		} else {
			all = append(all, g.operator())
		}
	}
	return all
}

func (g generator) operator() object {
	name := []string{"prefix", "suffix", "equals-ignore-case", "wildcard"}[g.IntN(4)]
	switch g.IntN(8) {
	case 0:
		return object{"exists": g.IntN(2) == 0}
	case 1:
		// None matches 0 or 1, which false and true are for moto.
		return []object{
			{"numeric": []any{"=", g.number()}},
			{"numeric": []any{[]string{"<", "<="}[g.IntN(2)], []any{-7, -1}[g.IntN(2)]}},
			{"numeric": []any{[]string{">", ">="}[g.IntN(2)], []any{2, 3, 5.5}[g.IntN(3)]}},
			{"numeric": []any{">", 2, "<=", []int{5, 2000000}[g.IntN(2)]}},
		}[g.IntN(4)]
	case 2:
		return object{"cidr": []string{"10.0.0.0/24", "10.0.0.0/8", "192.168.0.0/16", "2001:db8::/48", "2001:db8::/32"}[g.IntN(5)]}
	case 3:
		return object{"anything-but": []any{g.text(), g.number(), []any{g.text(), g.text()}, []any{g.number(), g.number()}}[g.IntN(4)]}
	case 4:
		return object{"anything-but": object{name: g.operand(name)}}
	case 5:
		return object{"anything-but": object{name: []any{g.operand(name), g.operand(name)}}}
	case 6:
		return object{[]string{"prefix", "suffix"}[g.IntN(2)]: object{"equals-ignore-case": g.text()}}
	}
	return object{name: g.operand(name)}
}

// operand returns a text; for a wildcard, one with an asterisk, and with the others
// escaped.
func (g generator) operand(operator string) string {
	if operator != "wildcard" {
		return g.text()
	}
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`)
	return []string{"", escape.Replace(g.text())}[g.IntN(2)] + "*" + []string{"", escape.Replace(g.text())}[g.IntN(2)]
}
