package harness

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Lines returns the lines with a message in a log of JSON lines: of slog's own
// handler, or of aws-lambda-go's, which has another name for the message. A line
// that is not JSON fails the test.
func Lines(t testing.TB, log, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if line["msg"] == message || line["message"] == message {
			found = append(found, line)
		}
	}
	return found
}

// CheckKeys compares the keys of a line, but for those that every line of
// slog's has, with keys that are separated by spaces.
func CheckKeys(t testing.TB, line map[string]any, keys string) {
	t.Helper()
	got := slices.DeleteFunc(slices.Sorted(maps.Keys(line)), func(key string) bool { return key == "time" || key == "level" || key == "msg" })
	want := strings.Fields(keys)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys: %s", diff)
	}
}
