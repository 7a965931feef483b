package local_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

func TestListsAreEmptyArraysAndSkip(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/api/events", "/api/calls", "/api/cards"} {
		if status, body := f.ask("GET", path, ""); status != 200 || body != "[]\n" {
			t.Errorf("GET %s gives %d %s", path, status, body)
		}
	}
	f.do(f.event("im.chat.updated_v1", local.Edit{}))
	f.do(f.event("approval_task", local.Edit{}))
	for query, want := range map[string]int{"": 2, "?after=1": 1, "?after=2": 0, "?after=99": 0, "?after=-1": 2, "?after=x": 2} {
		if _, body := f.ask("GET", "/api/events"+query, ""); strings.Count(body, `"detail-type"`) != want {
			t.Errorf("GET /api/events%s gives %s", query, body)
		}
	}
}
