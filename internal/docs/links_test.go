package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// maxReadme is the number of lines of three screens.
const maxReadme = 150

// Every link within the repository leads to a file, and to a heading where it names one.
func TestLinks(t *testing.T) {
	root, pages := harness.Root(t), readPages(t)
	for _, p := range pages {
		for _, l := range p.links {
			if strings.Contains(l.text, "://") || strings.HasPrefix(l.text, "mailto:") {
				continue
			}
			file, anchor, _ := strings.Cut(l.text, "#")
			target := p.file
			if file != "" {
				target = path.Join(path.Dir(p.file), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s:%d: got a link to %s, want one to a file that is there", p.file, l.line, l.text)
				continue
			}
			if anchor != "" && !slices.ContainsFunc(pages[target].headings, func(h heading) bool { return h.anchor == anchor }) {
				t.Errorf("%s:%d: got a link to %s, want one to a heading that is there", p.file, l.line, l.text)
			}
		}
	}
}

// Each page below docs is linked from another page of its own language.
func TestEveryPageIsLinked(t *testing.T) {
	pages := readPages(t)
	linked := map[string]bool{}
	for _, p := range pages {
		for _, l := range p.links {
			file, _, _ := strings.Cut(l.text, "#")
			target := path.Join(path.Dir(p.file), file)
			if target != p.file && isChinese(target) == isChinese(p.file) {
				linked[target] = true
			}
		}
	}
	for file := range pages {
		if strings.HasPrefix(file, "docs/") && !linked[file] {
			t.Errorf("%s: no page of its language links to it", file)
		}
	}
}

// A reader gets through the README on three screens.
func TestReadmeIsShort(t *testing.T) {
	for _, file := range []string{"README.md", "README.zh.md"} {
		text, err := os.ReadFile(filepath.Join(harness.Root(t), file))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "\n"); got > maxReadme {
			t.Errorf("%s: got %d lines, want at most %d", file, got, maxReadme)
		}
	}
}
