package request

import (
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// markdown is content written in Markdown. A post shows it where its md tag
// can: mentions, links, lists, code blocks, quotes, rules and styles
// (im-v1/message/message-content-description/create_json, "md"). Headings,
// tables, images, and texts in color are not among them; they need the markdown
// element of a JSON 2.0 card (feishu-cards/card-json-v2-components/
// content-components/rich-text), which takes a Lark client of version 7.20 or
// later.
func markdown(field string, text *string) content {
	c := value[lark.Markdown](field, text)
	if c.what == nil {
		return c
	}
	blocks := readMarkdown(*text)
	if needsCard(blocks) {
		return markdownCard(field, text)
	}
	c.what = lark.Markdown(showMarkdown(blocks, false))
	return c
}

// markdownCard is content written in Markdown, shown as a card whatever it has:
// a custom bot's post has no md tag.
func markdownCard(field string, text *string) content {
	c := value[lark.Markdown](field, text)
	if c.what == nil {
		return c
	}
	type element struct {
		Tag     string `json:"tag"`
		Content string `json:"content"`
	}
	body := map[string][]element{"elements": {{"markdown", showMarkdown(readMarkdown(*text), true)}}}
	c.what = lark.Raw{MsgType: lark.MsgInteractive, Content: map[string]any{"schema": "2.0", "body": body}}
	return c
}

// block is a part of a Markdown text: lines that are code, a table, or other
// words.
type block struct {
	kind blockKind
	text string // as it was written
}

type blockKind int

const (
	prose blockKind = iota // a paragraph, a heading, or empty lines
	code
	table
)

var (
	quoteMark  = lazy.Regexp(`^ {0,3}> ?`)
	listMark   = lazy.Regexp(`^\s*([-*+]|\d{1,9}[.)])([ \t]+|$)`)
	fenceOpen  = lazy.Regexp("^[ \t]*(`{3,}|~{3,})([^\n]*)")
	heading    = lazy.Regexp(`^ {0,3}#{1,6}([ \t]|$)`)
	tableRule  = lazy.Regexp(`^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)
	cardTag    = lazy.Regexp(`<(font|text_tag|number_tag|local_datetime|person|audio)[\s>]`)
	inlineMark = lazy.Regexp("\\\\.|`+|!\\[([^\\]\n]*)\\]\\(([^)\\s]*)[^)\n]*\\)")
)

// readMarkdown splits a text into its blocks. Together they are the text.
func readMarkdown(text string) []block {
	lines := strings.SplitAfter(text, "\n")
	var blocks []block
	list, blank := false, true // in a list; after an empty line or code
	add := func(kind blockKind, text string) {
		if n := len(blocks) - 1; n >= 0 && kind == prose && blocks[n].kind == prose && !blank && strings.TrimSpace(text) != "" {
			blocks[n].text += text
			return
		}
		blocks = append(blocks, block{kind, text})
	}
	for i := 0; i < len(lines); {
		rest, depth := unquoted(lines[i])
		empty := strings.TrimSpace(rest) == ""
		n := 1
		switch {
		case fenceLength(lines[i:], list) > 0:
			n = fenceLength(lines[i:], list)
			add(code, strings.Join(lines[i:i+n], ""))
			blank = true
		case isIndented(rest) && blank && !list && !empty:
			add(code, lines[i])
		case tableLength(lines[i:], depth) > 0:
			n = tableLength(lines[i:], depth)
			add(table, strings.Join(lines[i:i+n], ""))
			blank = true
		default:
			add(prose, lines[i])
			blank = empty || heading().MatchString(rest)
			if !empty {
				list = listMark().MatchString(rest) || list && isIndented("  "+rest)
			}
		}
		i += n
	}
	return blocks
}

// unquoted returns a line without the marks of the quotes that it is in, and how
// many these are.
func unquoted(line string) (rest string, depth int) {
	for {
		mark := quoteMark().FindString(line)
		if mark == "" {
			return strings.TrimRight(line, "\r\n"), depth
		}
		line, depth = line[len(mark):], depth+1
	}
}

func isIndented(line string) bool {
	return strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t")
}

// fenceLength returns how many lines a fenced block of code has that begins with
// the first line; 0 is none. Without its end it has all that follow, or in a quote
// all of the quote.
func fenceLength(lines []string, list bool) int {
	rest, depth := unquoted(lines[0])
	if mark := listMark().FindString(rest); mark != "" {
		rest, list = rest[len(mark):], true
	}
	open := fenceOpen().FindStringSubmatch(rest)
	if open == nil || !list && isIndented(rest) || open[1][0] == '`' && strings.Contains(open[2], "`") {
		return 0
	}
	for i, line := range lines[1:] {
		rest, d := unquoted(line)
		if d < depth {
			return i + 1
		}
		end := strings.TrimSpace(rest)
		if len(end) >= len(open[1]) && strings.Trim(end, open[1][:1]) == "" && (list || !isIndented(rest)) {
			return i + 2
		}
	}
	return len(lines)
}

// tableLength returns how many lines a table has that begins with the first line;
// 0 is none. Its second line has as many cells as its first.
func tableLength(lines []string, depth int) int {
	if len(lines) < 2 {
		return 0
	}
	head, _ := unquoted(lines[0])
	rule, d := unquoted(lines[1])
	if d != depth || !strings.Contains(head, "|") || !strings.Contains(rule, "-") || !tableRule().MatchString(rule) || cells(head) != cells(rule) {
		return 0
	}
	n := 2
	for n < len(lines) {
		row, d := unquoted(lines[n])
		if d != depth || !strings.Contains(row, "|") {
			break
		}
		n++
	}
	return n
}

// cells returns how many cells a row of a table has.
func cells(row string) int {
	row = strings.ReplaceAll(strings.TrimSpace(row), `\|`, "")
	return strings.Count(strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|"), "|") + 1
}

// needsCard reports whether a text has what a post cannot show.
func needsCard(blocks []block) bool {
	for _, b := range blocks {
		if b.kind == table {
			return true
		}
		if b.kind == code {
			continue
		}
		for line := range strings.Lines(b.text) {
			if rest, _ := unquoted(line); heading().MatchString(listMark().ReplaceAllString(rest, "")) {
				return true
			}
		}
		found := false
		eachSpan(b.text, func(words string) string {
			found = found || cardTag().MatchString(words)
			return words
		}, func(_, key string) string {
			found = found || isImageKey(key)
			return ""
		})
		if found {
			return true
		}
	}
	return false
}

// maxTables is how many tables Lark takes in a card.
const maxTables = 5

// showMarkdown writes blocks as Lark shows them, in a card or in a post. An image
// that is named by its address becomes a link, and what is a table too many
// becomes code: Lark refuses the whole message for either.
func showMarkdown(blocks []block, inCard bool) string {
	var b strings.Builder
	tables := 0
	for _, one := range blocks {
		switch one.kind {
		case code:
			b.WriteString(one.text)
		case table:
			if tables++; tables > maxTables {
				b.WriteString(fenced(one.text))
				continue
			}
			b.WriteString(showProse(one.text, inCard))
		default:
			b.WriteString(showProse(one.text, inCard))
		}
	}
	return b.String()
}

func showProse(text string, inCard bool) string {
	return eachSpan(text, func(words string) string {
		if inCard { // a post has user_id
			return strings.ReplaceAll(words, "<at user_id=", "<at id=")
		}
		return words
	}, func(alt, address string) string {
		switch {
		case isImageKey(address):
			return "![" + alt + "](" + address + ")"
		case alt == "":
			alt = "image"
		}
		return "[" + alt + "](" + address + ")"
	})
}

// isImageKey tells a key of an image from an address.
func isImageKey(s string) bool { return strings.HasPrefix(s, "img_") }

// eachSpan rebuilds a paragraph of what words and image return for its parts.
// Code in it stays as it is.
func eachSpan(text string, words func(string) string, image func(alt, address string) string) string {
	var b strings.Builder
	start, at := 0, 0 // of the words that are not written yet; where to look on
	for at < len(text) {
		m := inlineMark().FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		from, to := at+m[0], at+m[1]
		switch text[from] {
		case '`':
			end := closing(text[to:], to-from)
			if end < 0 {
				at = to // no code: these are only backticks
				continue
			}
			b.WriteString(words(text[start:from]) + text[from:to+end])
			start, at = to+end, to+end
		case '!':
			before, shown := words(text[start:from]), image(text[at+m[2]:at+m[3]], text[at+m[4]:at+m[5]])
			if strings.HasSuffix(before, "!") && strings.HasPrefix(shown, "[") {
				before += " " // else the link would be an image again
			}
			b.WriteString(before + shown)
			start, at = to, to
		default: // what is escaped
			at = to
		}
	}
	b.WriteString(words(text[start:]))
	return b.String()
}

// closing returns where code ends that so many backticks began; -1 is nowhere.
func closing(text string, n int) int {
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '`')
		if i < 0 {
			return -1
		}
		from := at + i
		to := from
		for to < len(text) && text[to] == '`' {
			to++
		}
		if to-from == n {
			return to
		}
		at = to
	}
	return -1
}

// fenced makes a block of code, with a fence that is longer than any in it.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}
