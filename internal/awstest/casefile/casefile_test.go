package casefile

import (
	"encoding/json"
	"testing"
	"time"
)

func TestReplace(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for in, want := range map[string]string{
		"{{bucket}}/k":                    "b1/k",
		"{{repeat:3:ab}}":                 "ababab",
		"{{repeat:2:}}}!":                 "}}!",
		`[{{repeat:2:{"a":{"b":1} },}}0]`: `[{"a":{"b":1} },{"a":{"b":1} },0]`,
		"{{hex:ff00}}":                    "\xff\x00",
		"{{in:3600}}":                     "2023-11-14T23:13:20Z",
		"{{in:-60}}":                      "2023-11-14T22:12:20Z",
		"{{now}} {{now-3600}}":            "1700000000.000000 1699996400.000000",
		"{{other}}":                       "{{other}}",
	} {
		if got := Replace(in, now, map[string]string{"bucket": "b1"}); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		holds     bool
	}{
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{}`, `{"a":1}`, false},
		{`{}`, `{}`, true},
		{`[1,2]`, `[1,2]`, true},
		{`[1]`, `[1,2]`, false},
		{`[{"a":1}]`, `[{"a":1,"b":2}]`, true},
		{`{"a":null}`, `{}`, true},
		{`{"a":null}`, `{"a":""}`, true},
		{`{"a":null}`, `{"a":0}`, false},
		{`null`, ``, true},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`1.50`, `1.5`, true},
		{`"a"`, `"b"`, false},
		{`"a"`, `["a"]`, false},
	} {
		problem := Match(json.RawMessage(tt.want), json.RawMessage(tt.got))
		if (problem == "") != tt.holds {
			t.Errorf("want %s, got %s: %q, want it to hold: %v", tt.want, tt.got, problem, tt.holds)
		}
	}
}
