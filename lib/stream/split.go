package stream

import (
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes the JSON of the text in one card may have. Lark takes a card
// of 30 KB (cardkit-v1/card/create, 200860), and a frame may have [MaxFrame] of them.
const maxText = 20 << 10

// fence begins and ends a block of code in Markdown.
const fence = "```"

// split returns the segments of a text that each go into one card. Where a segment ends
// depends only on the text before, so that a text which grows keeps its parts. A part
// ends with a line if one ends in its last quarter. A block of code that does not end in
// a part ends there all the same and goes on in the next.
func split(text string) []string {
	var segments []string
	opened := "" // the line that begins the block of code at the start of the segment
	for {
		end := fitting(text, maxText-len(opened)-len("\n"+fence))
		if end == len(text) {
			return append(segments, opened+text)
		}
		if line := strings.LastIndexByte(text[:end], '\n') + 1; line > end*3/4 {
			end = line
		}
		segment := opened + text[:end]
		if opened = openFence(segment); opened != "" {
			segment = strings.TrimSuffix(segment, "\n") + "\n" + fence
		}
		segments, text = append(segments, segment), text[end:]
	}
}

// fitting returns how many bytes of the beginning of a text have at most limit bytes as
// JSON.
func fitting(text string, limit int) int {
	size := 0
	for i, r := range text {
		switch {
		case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
			size += 2
		case r < ' ' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError:
			size += 6
		default:
			size += utf8.RuneLen(r)
		}
		if size > limit {
			return i
		}
	}
	return len(text)
}

// openFence returns the line that begins the block of code in which a text ends, with its
// end of line, "" if the text ends in no such block.
func openFence(text string) string {
	open := ""
	for line := range strings.Lines(text) {
		switch {
		case !strings.HasPrefix(strings.TrimLeft(line, " "), fence):
		case open == "":
			open = strings.TrimSuffix(line, "\n") + "\n"
		default:
			open = ""
		}
	}
	const longest = 100 // a longer one is no name of a language
	if len(open) > longest {
		return fence + "\n"
	}
	return open
}
