package main

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"run", "run", 0}, {"", "run", 3}, {"run", "", 3},
		{"rnu", "run", 1}, {"ru", "run", 1}, {"rum", "run", 1}, {"runn", "run", 1}, {"nur", "run", 2}, {"fly", "dlq", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q): got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestSuggestion(t *testing.T) {
	names := []string{"run", "replay", "dlq", "doctor", "im.message.receive_v1"}
	for name, want := range map[string]string{
		"rnu": " (did you mean run?)", "r": " (did you mean replay or run?)", "fly": "", "": "",
		"im.mesage.recieve_v1": " (did you mean im.message.receive_v1?)",
	} {
		if got := suggestion(name, names); got != want {
			t.Errorf("suggestion(%q): got %q, want %q", name, got, want)
		}
	}
	if got := suggestion("a", []string{"aa", "ab", "ac", "ad", "ae"}); got != "" {
		t.Errorf("too many similar names: got %q, want no suggestion", got)
	}
}
