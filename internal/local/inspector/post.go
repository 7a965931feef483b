package inspector

import (
	"fmt"
	"slices"
	"strings"
)

// postCard returns a card that shows what a post says: its title, and its lines as
// text, in the language if the post has several.
func postCard(content object, language string) object {
	if inner := child(content, "post"); inner != nil {
		content = inner
	}
	for _, name := range append([]string{language, "en_us", "zh_cn"}, sortedNames(content)...) {
		if body := child(content, name); body != nil {
			content = body
			break
		}
	}
	card := object{}
	if title, _ := content["title"].(string); title != "" {
		card["header"] = object{"title": object{"tag": "plain_text", "content": title}}
	}
	var elements []any
	lines, _ := content["content"].([]any)
	for _, line := range lines {
		elements = append(elements, postLine(line)...)
	}
	card["elements"] = elements
	return card
}

// postLine returns a line of a post as components. Its texts become Markdown, in which
// what they say is not markup.
func postLine(line any) (elements []any) {
	tags, _ := line.([]any)
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			elements = append(elements, object{"tag": "markdown", "content": text.String()})
			text.Reset()
		}
	}
	for _, tag := range tags {
		o, _ := tag.(object)
		switch tag, _ := o["tag"].(string); tag {
		case "text":
			text.WriteString(styled(o))
		case "a":
			fmt.Fprintf(&text, "[%s](%s)", styled(o), escape(fmt.Sprint(o["href"])))
		case "at":
			name, _ := o["user_name"].(string)
			fmt.Fprintf(&text, "<at id=%q>%s</at>", escape(fmt.Sprint(o["user_id"])), escape(name))
		case "md":
			flush()
			elements = append(elements, object{"tag": "markdown", "content": o["text"]})
		case "emotion":
			fmt.Fprintf(&text, "[%s]", escape(fmt.Sprint(o["emoji_type"])))
		case "code_block":
			flush()
			elements = append(elements, object{"tag": "markdown", "content": fmt.Sprint("```\n", o["text"], "\n```")})
		case "img":
			flush()
			elements = append(elements, object{"tag": "img", "img_key": o["image_key"]})
		default:
			flush()
			elements = append(elements, o)
		}
	}
	flush()
	return elements
}

// styled returns the text of a part of a post as Markdown.
func styled(o object) string {
	s, _ := o["text"].(string)
	s = escape(s)
	styles, _ := o["style"].([]any)
	for _, style := range [][2]string{{"italic", "*"}, {"bold", "**"}, {"lineThrough", "~~"}} {
		if slices.Contains(styles, any(style[0])) && s != "" {
			s = style[1] + s + style[1]
		}
	}
	return s
}

// escape writes the characters that may be markup as entities.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_~[]()<>&\"'!#|-+.", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
