// Package casefile reads files of cases: inputs that failed in real life, with the
// result that each must have. It replaces placeholders in {{…}} and compares values by
// the rules of these files.
package casefile

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Case is one case of a file. What is given and wanted depends on the file.
type Case struct {
	ID, Kind, Why, How string
	Neighbour          bool // it passed before the fault was fixed
	Given, Want        json.RawMessage
}

// Load reads a file of cases: a JSON array that begins with a note.
func Load(t testing.TB, path string) []Case {
	t.Helper()
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []Case
	if err := json.Unmarshal(doc, &all); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(all) < 2 || all[0].ID != "" {
		t.Fatalf("%s: want a note and cases", path)
	}
	return all[1:]
}

var (
	// The text that is repeated has at least one character, and may be a brace.
	repeatPattern = regexp.MustCompile(`(?s)\{\{repeat:(\d+):(.+?)\}\}`)
	hexPattern    = regexp.MustCompile(`\{\{hex:([0-9a-f]+)\}\}`)
	timePattern   = regexp.MustCompile(`\{\{(in:|now)([+-]?\d+)?\}\}`)
)

// Replace returns text with each {{name}} replaced by its value, {{repeat:3:x}}
// by xxx, {{hex:ff}} by the byte, {{in:60}} by the time in 60 s in RFC 3339, and
// {{now-60}} by the Unix seconds of a minute ago.
func Replace(text string, now time.Time, values map[string]string) string {
	for name, value := range values {
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	text = replace(timePattern, text, func(m []string) string {
		seconds, _ := strconv.Atoi(m[2]) // "" is 0
		at := now.Add(time.Duration(seconds) * time.Second)
		if m[1] == "in:" {
			return at.UTC().Format(time.RFC3339)
		}
		return strconv.FormatFloat(float64(at.UnixMicro())/1e6, 'f', 6, 64)
	})
	text = replace(repeatPattern, text, func(m []string) string {
		n, _ := strconv.Atoi(m[1]) // digits
		return strings.Repeat(m[2], n)
	})
	return replace(hexPattern, text, func(m []string) string {
		raw, _ := hex.DecodeString(m[1]) // hex digits
		return string(raw)
	})
}

func replace(pattern *regexp.Regexp, text string, by func(match []string) string) string {
	return pattern.ReplaceAllStringFunc(text, func(s string) string { return by(pattern.FindStringSubmatch(s)) })
}
