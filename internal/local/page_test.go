package local_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestPageLoadsNothingAndWritesTextOnly(t *testing.T) {
	f := start(t)
	status, body := f.ask("GET", "/", "")
	if status != 200 || !strings.Contains(f.seen.String(), "default-src 'none'") {
		t.Fatalf("got %d without its policy: %s", status, &f.seen)
	}
	for _, bad := range []string{`https?:`, `\bsrc=`, `<link[^>]*stylesheet`, `@import`, `url\(`, `innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `eval\(`} {
		if found := regexp.MustCompile(bad).FindString(body); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
}
