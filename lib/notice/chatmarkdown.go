package notice

import (
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// chatSpan matches the markup of chat applications: a block of code, code, a link, and
// bold text that does not begin or end inside a word. It does not match a mention
// ("<@U1>"), which is shown as text and notifies nobody.
var chatSpan = lazy.Regexp("(?s)```(.+?)```|`([^`\n]+)`|<(https?://[^\\s<>|]+)(?:\\|([^<>\n]+))?>|" +
	`(^|[^\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*`)

// chatMarkdown returns text in the Markdown of chat applications as Lark's.
// Everything but bold, code and links is shown as it is.
func chatMarkdown(text string) lark.Markdown {
	var b strings.Builder
	done := 0 // the offset up to which text has been converted
	for _, m := range chatSpan().FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(escapeBetween(text[done:m[0]]))
		group := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return text[m[2*n]:m[2*n+1]]
		}
		switch {
		case group(1) != "":
			b.WriteString("\n```\n" + inCode(strings.Trim(group(1), "\n")) + "\n```\n")
		case group(2) != "":
			b.WriteString("`" + inCode(group(2)) + "`")
		case group(3) != "":
			b.WriteString(chatLink(group(3), group(4)))
		default:
			b.WriteString(lark.EscapeMarkdown(group(5)) + "**" + lark.EscapeMarkdown(group(6)) + "**")
		}
		done = m[1]
	}
	b.WriteString(escapeBetween(text[done:]))
	return lark.Markdown(b.String())
}

// escapeBetween escapes the text between spans. Spaces at its beginning are not an
// indentation, as they would be for [lark.EscapeMarkdown].
func escapeBetween(text string) string {
	rest := strings.TrimLeft(text, " ")
	return text[:len(text)-len(rest)] + lark.EscapeMarkdown(rest)
}

// inCode returns a text for code, where nothing can be escaped. It changes the text so
// that no tag can begin in it.
func inCode(text string) string {
	const zeroWidthSpace = "\u200b"
	return strings.NewReplacer("<", "<"+zeroWidthSpace, "`", "'").Replace(text)
}

// chatLink returns a link, or the text and the address if the address is not a valid
// one. The text may be in bold.
func chatLink(address, text string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > maxURL {
		return lark.EscapeMarkdown(join(" ", chatText(text), address))
	}
	if text == "" {
		text = address
	}
	target := strings.NewReplacer("(", "%28", ")", "%29", "[", "%5B", "]", "%5D", "<", "%3C", ">", "%3E").Replace(u.String())
	return "[" + lark.EscapeMarkdown(chatText(text)) + "](" + target + ")"
}

// chatText returns a text in the Markdown of chat applications without its markup.
func chatText(text string) string {
	text = chatSpan().ReplaceAllStringFunc(text, func(s string) string {
		m := chatSpan().FindStringSubmatch(s)
		if m[3] != "" {
			return chatText(join("", m[4]))
		}
		return m[1] + m[2] + m[5] + m[6]
	})
	return strings.TrimSpace(text)
}
