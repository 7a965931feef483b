package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// englishOnly are the pages that are for contributors, or that are not translated yet.
var englishOnly = []string{"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/cost.md", "docs/runbook.md"}

// isChinese reports whether a page is a Chinese one.
func isChinese(file string) bool {
	return strings.HasPrefix(file, "docs/zh/") || strings.HasSuffix(file, ".zh.md")
}

// inChinese returns the file of the Chinese page for an English one.
func inChinese(file string) string {
	if name, ok := strings.CutPrefix(file, "docs/"); ok {
		return "docs/zh/" + name
	}
	return strings.TrimSuffix(file, ".md") + ".zh.md"
}

// Each page is there in both languages, with the same headings, code and tables.
func TestLanguages(t *testing.T) {
	pages := readPages(t)
	chinese := map[string]bool{}
	for file, english := range pages {
		if isChinese(file) || slices.Contains(englishOnly, file) {
			continue
		}
		other, ok := pages[inChinese(file)]
		if !ok {
			t.Errorf("%s: there is no %s", file, inChinese(file))
			continue
		}
		chinese[other.file] = true
		for _, difference := range compareLanguages(english, other) {
			t.Errorf("%s and %s: %s", file, other.file, difference)
		}
	}
	for file := range pages {
		if isChinese(file) && !chinese[file] {
			t.Errorf("%s: there is no English page for it", file)
		}
	}
}

// compareLanguages returns what is not in step between a page in English and the same
// page in Chinese.
func compareLanguages(english, chinese page) (differences []string) {
	levels := func(p page) (list []int) {
		for _, h := range p.headings {
			list = append(list, h.level)
		}
		return list
	}
	if diff := cmp.Diff(levels(english), levels(chinese)); diff != "" {
		differences = append(differences, "the levels of the headings (-English +Chinese):\n"+diff)
	}
	if len(english.blocks) != len(chinese.blocks) {
		differences = append(differences, fmt.Sprintf("got %d and %d blocks of code, want as many", len(english.blocks), len(chinese.blocks)))
	}
	for i := range min(len(english.blocks), len(chinese.blocks)) {
		if diff := compareCode(english.blocks[i], chinese.blocks[i]); diff != "" {
			differences = append(differences, fmt.Sprintf("the code of lines %d and %d (-English +Chinese):\n%s", english.blocks[i].line, chinese.blocks[i].line, diff))
		}
	}
	if len(english.tables) != len(chinese.tables) {
		differences = append(differences, fmt.Sprintf("got %d and %d tables, want as many", len(english.tables), len(chinese.tables)))
	}
	for i := range min(len(english.tables), len(chinese.tables)) {
		if diff := compareTables(english.tables[i], chinese.tables[i]); diff != "" {
			differences = append(differences, fmt.Sprintf("the tables of lines %d and %d: %s", english.tables[i].line, chinese.tables[i].line, diff))
		}
	}
	return differences
}

var (
	comment = regexp.MustCompile(`(?m)(^|\s)(#|//) .*$`)
	quotes  = regexp.MustCompile("[\"'`]")
)

// compareCode compares two blocks but for their comments, and for texts that are
// Chinese in the second one.
func compareCode(english, chinese block) string {
	if english.language != chinese.language {
		return fmt.Sprintf("the languages %q and %q", english.language, chinese.language)
	}
	a, b := pieces(english.text), pieces(chinese.text)
	for i := range min(len(a), len(b)) {
		if hasHan(b[i]) {
			a[i], b[i] = "", ""
		}
	}
	return cmp.Diff(a, b)
}

// pieces returns a code without its comments, cut at the ends of lines and at quotation
// marks.
func pieces(code string) (list []string) {
	for line := range strings.Lines(comment.ReplaceAllString(code, "")) {
		for _, piece := range quotes.Split(line, -1) {
			list = append(list, strings.TrimSpace(piece))
		}
	}
	return list
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// compareTables compares the sizes of two tables, and the cells that are nothing but
// code.
func compareTables(english, chinese table) string {
	if len(english.rows) != len(chinese.rows) {
		return fmt.Sprintf("got %d and %d rows, want as many", len(english.rows), len(chinese.rows))
	}
	for i, row := range english.rows {
		other := chinese.rows[i]
		if len(row) != len(other) {
			return fmt.Sprintf("row %d: got %d and %d cells, want as many", i, len(row), len(other))
		}
		for j, cell := range row {
			if codeSpan.ReplaceAllString(cell, "") == "" && cell != other[j] && !hasHan(other[j]) {
				return fmt.Sprintf("row %d: got %s and %s, want the same", i, cell, other[j])
			}
		}
	}
	return ""
}

func diffPages(want, got page) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(page{}, heading{}, block{}, table{}, span{}))
}

func TestCompareLanguages(t *testing.T) {
	english := "# A\n\n```sh\nrun --text 'hi' # say hi\n```\n\n| a | `b` |\n| - | - |\n| `c` | d |\n"
	for _, c := range []struct {
		name, chinese string
		want          int // differences
	}{
		{"in step", "# 甲\n\n```sh\nrun --text '你好' # 打招呼\n```\n\n| 甲 | `b` |\n| - | - |\n| `c` | 丁 |\n", 0},
		{"another flag", "# 甲\n\n```sh\nrun --test '你好'\n```\n\n| 甲 | `b` |\n| - | - |\n| `c` | 丁 |\n", 1},
		{"another code in a table", "# 甲\n\n```sh\nrun --text '你好'\n```\n\n| 甲 | `b` |\n| - | - |\n| `x` | 丁 |\n", 1},
		{"a row less", "# 甲\n\n```sh\nrun --text '你好'\n```\n\n| 甲 | `b` |\n| - | - |\n", 1},
		{"another level, no code, no table", "## 甲\n", 3},
	} {
		got := compareLanguages(parse("a.md", english), parse("a.zh.md", c.chinese))
		if len(got) != c.want {
			t.Errorf("%s: got %d differences, want %d: %q", c.name, len(got), c.want, got)
		}
	}
}
