package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// page is a Markdown file of the repository, taken apart.
type page struct {
	file     string // from the root of the repository
	headings []heading
	blocks   []block // fenced code
	tables   []table
	spans    []span // code within a line
	links    []span // the targets of links and images
}

type heading struct {
	level  int
	anchor string // as GitHub makes it
}

type block struct {
	line     int
	language string
	text     string
}

type table struct {
	line int
	rows [][]string
}

// span is a text and the line that it is on.
type span struct {
	line int
	text string
}

var (
	fence     = regexp.MustCompile("^(\\s*)```(\\S*)")
	codeSpan  = regexp.MustCompile("`([^`]+)`")
	link      = regexp.MustCompile(`\]\(([^)\s]+)[^)]*\)`)
	attribute = regexp.MustCompile(`\b(?:src|srcset|href)="([^"]+)"`)
	atx       = regexp.MustCompile(`^(#+) +(.*?)\s*$`)
	separator = regexp.MustCompile(`^\|(\s*:?-+:?\s*\|)+$`)
)

// parse takes a Markdown text apart, as far as the documents of this repository use
// Markdown.
func parse(file, text string) page {
	p := page{file: file}
	lines := strings.Split(text, "\n")
	seen := map[string]int{}
	inTable := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if m := fence.FindStringSubmatch(line); m != nil {
			b := block{line: i + 1, language: m[2]}
			var code []string
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
				code = append(code, strings.TrimPrefix(lines[i], m[1]))
			}
			b.text = strings.Join(code, "\n")
			p.blocks = append(p.blocks, b)
			continue
		}
		if m := atx.FindStringSubmatch(line); m != nil {
			p.headings = append(p.headings, heading{len(m[1]), anchor(m[2], seen)})
		}
		if isRow := strings.HasPrefix(line, "|"); isRow && !inTable {
			p.tables = append(p.tables, table{line: i + 1})
			inTable = true
		} else if !isRow {
			inTable = false
		}
		if inTable && !separator.MatchString(line) {
			last := &p.tables[len(p.tables)-1]
			last.rows = append(last.rows, cells(line))
		}
		for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
			p.spans = append(p.spans, span{i + 1, m[1]})
		}
		prose := codeSpan.ReplaceAllString(line, "")
		for _, expression := range []*regexp.Regexp{link, attribute} {
			for _, m := range expression.FindAllStringSubmatch(prose, -1) {
				p.links = append(p.links, span{i + 1, m[1]})
			}
		}
	}
	return p
}

// cells returns the cells of a row of a table.
func cells(line string) []string {
	line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00")
	var list []string
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		list = append(list, strings.TrimSpace(strings.ReplaceAll(cell, "\x00", "|")))
	}
	return list
}

// anchor returns the anchor of a heading. seen counts the headings of the page by their
// anchors.
func anchor(text string, seen map[string]int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	n := seen[text]
	seen[text]++
	if n > 0 {
		return text + "-" + strconv.Itoa(n)
	}
	return text
}

// readPages returns all pages of the repository, by their files. Pages are the Markdown
// files at its root and those below docs and examples.
func readPages(t *testing.T) map[string]page {
	t.Helper()
	root := harness.Root(t)
	pages := map[string]page{}
	add := func(file string) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		pages[file] = parse(file, string(text))
	}
	files, err := fs.Glob(os.DirFS(root), "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		add(file)
	}
	for _, folder := range []string{"docs", "examples"} {
		err := fs.WalkDir(os.DirFS(root), folder, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			if err == nil && entry.IsDir() && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err == nil && path.Ext(file) == ".md" {
				add(file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(pages) < 5 {
		t.Fatalf("got %d pages, want more: the test does not find them", len(pages))
	}
	return pages
}

func TestParse(t *testing.T) {
	p := parse("a.md", "# One *two*\n\nSee [x](y.md#z \"title\") and `code` and `[no](link)`.\n\n| a | b \\| c |\n| --- | --- |\n| 1 | 2 |\n\n```sh\nls # [no](link)\n```\n\n## One two\n<img src=\"p.svg\">\n")
	want := page{
		file:     "a.md",
		headings: []heading{{1, "one-two"}, {2, "one-two-1"}},
		blocks:   []block{{9, "sh", "ls # [no](link)"}},
		tables:   []table{{5, [][]string{{"a", "b | c"}, {"1", "2"}}}},
		spans:    []span{{3, "code"}, {3, "[no](link)"}},
		links:    []span{{3, "y.md#z"}, {14, "p.svg"}},
	}
	if diff := diffPages(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
