package cardview

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// The lines that begin a block of Markdown
// (feishu-cards/card-json-v2-components/content-components/rich-text).
var (
	headingLine = regexp.MustCompile(`^(#{1,6})\s+(.*)$`)
	ruleLine    = regexp.MustCompile(`^\s*(-{3,}|\*{3,}|_{3,}|<hr\s*/?>)\s*$`)
	quoteLine   = regexp.MustCompile(`^\s*>\s?(.*)$`)
	itemLine    = regexp.MustCompile(`^(\s*)([-*+]|\d{1,9}\.)\s+(.*)$`)
	fenceLine   = regexp.MustCompile("^\\s*```")
	tableRule   = regexp.MustCompile(`^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$`)
)

// markdown draws Lark's Markdown.
func (v *view) markdown(content string) (nodes []*html.Node) {
	lines := strings.Split(strings.ReplaceAll(content, "\r\n", "\n"), "\n")
	for len(lines) > 0 {
		n, used := v.block(lines)
		if n != nil {
			nodes = append(nodes, n)
		}
		lines = lines[used:]
	}
	return nodes
}

// block draws the block at the beginning of lines and returns how many it takes. It
// returns nil for an empty line.
func (v *view) block(lines []string) (*html.Node, int) {
	line := lines[0]
	switch {
	case strings.TrimSpace(line) == "":
		return nil, 1
	case fenceLine.MatchString(line):
		return fence(lines)
	case ruleLine.MatchString(line):
		return elem("hr", ""), 1
	case headingLine.MatchString(line):
		m := headingLine.FindStringSubmatch(line)
		return elem("p", "card-heading card-heading-"+string('0'+rune(len(m[1]))), v.inline(m[2])...), 1
	case quoteLine.MatchString(line):
		return v.quote(lines)
	case itemLine.MatchString(line):
		return v.items(lines)
	case strings.Contains(line, "|") && len(lines) > 1 && tableRule.MatchString(lines[1]) && strings.Contains(lines[1], "-"):
		return v.markdownTable(lines)
	}
	used := 1
	for used < len(lines) && !v.beginsBlock(lines[used]) {
		used++
	}
	return elem("p", "", v.inline(strings.Join(lines[:used], "\n"))...), used
}

// beginsBlock reports whether a line ends the paragraph before it.
func (v *view) beginsBlock(line string) bool {
	return strings.TrimSpace(line) == "" || fenceLine.MatchString(line) || ruleLine.MatchString(line) ||
		headingLine.MatchString(line) || quoteLine.MatchString(line) || itemLine.MatchString(line)
}

// fence draws a code block. One that is not closed goes to the end.
func fence(lines []string) (*html.Node, int) {
	end := 1
	for end < len(lines) && !fenceLine.MatchString(lines[end]) {
		end++
	}
	return codeBlock(strings.Join(lines[1:end], "\n")), min(end+1, len(lines))
}

// quote draws the lines of a quotation.
func (v *view) quote(lines []string) (*html.Node, int) {
	var inner []string
	for _, line := range lines {
		m := quoteLine.FindStringSubmatch(line)
		if m == nil {
			break
		}
		inner = append(inner, m[1])
	}
	return elem("blockquote", "", v.inline(strings.Join(inner, "\n"))...), len(inner)
}

// items draws a list. An item that is indented more than the one before it is shown as
// one of a list inside it.
func (v *view) items(lines []string) (*html.Node, int) {
	tag := "ul"
	if first := itemLine.FindStringSubmatch(lines[0])[2]; strings.HasSuffix(first, ".") {
		tag = "ol"
	}
	n, used := elem(tag, ""), 0
	for _, line := range lines {
		m := itemLine.FindStringSubmatch(line)
		if m == nil || (tag == "ol") != strings.HasSuffix(m[2], ".") && len(m[1]) == 0 {
			break
		}
		used++
		item := elem("li", "card-indent-"+string('0'+rune(min(len(m[1])/2, 3))), v.inline(m[3])...)
		if tag == "ol" && strings.HasSuffix(m[2], ".") {
			set(item, "value", strings.TrimSuffix(m[2], "."))
		}
		n.AppendChild(item)
	}
	return n, used
}

// markdownTable draws a table whose rows are lines with |.
func (v *view) markdownTable(lines []string) (*html.Node, int) {
	head := elem("tr", "")
	for _, cell := range cells(lines[0]) {
		head.AppendChild(elem("th", "", v.inline(cell)...))
	}
	body, used := elem("tbody", ""), 2
	for ; used < len(lines) && strings.Contains(lines[used], "|"); used++ {
		row := elem("tr", "")
		for _, cell := range cells(lines[used]) {
			row.AppendChild(elem("td", "", v.inline(cell)...))
		}
		body.AppendChild(row)
	}
	return elem("div", "card-scroll", elem("table", "", elem("thead", "", head), body)), used
}

func cells(line string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|"), "|")
}
