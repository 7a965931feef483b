package send

import "strings"

// markdown is content written in Markdown. A post shows it where its md tag
// can: mentions, links, lists, code blocks, quotes, rules and styles
// (im-v1/message/message-content-description/create_json, "md"). Headings,
// tables and images are not among them; they need the markdown element of a
// JSON 2.0 card (feishu-cards/card-json-v2-components/content-components/
// rich-text), which takes a Lark client of version 7.20 or later.
func markdown(field string, text *string) content {
	if text == nil || *text == "" {
		return value(field, "post", "", text)
	}
	type element struct {
		Tag     string `json:"tag"`
		Text    string `json:"text,omitempty"`
		Content string `json:"content,omitempty"`
	}
	c := content{field: field, kind: "post", given: true}
	var doc any = map[string]any{"zh_cn": map[string]any{"content": [][]element{{{Tag: "md", Text: *text}}}}}
	if needsCard(*text) {
		c.kind = "interactive"
		doc = map[string]any{"schema": "2.0", "body": map[string]any{
			"elements": []element{{Tag: "markdown", Content: cardMentions(*text)}},
		}}
	}
	c.doc, _ = encode(doc) // texts always encode
	return c
}

// cardMentions writes mentions as a card has them: a post has user_id.
func cardMentions(text string) string {
	return strings.ReplaceAll(text, "<at user_id=", "<at id=")
}

// needsCard says whether a text has a heading, a table or an image outside
// its code blocks.
func needsCard(text string) bool {
	code := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		if !code && (isHeading(line) || isTableRule(line) || hasImage(line)) {
			return true
		}
	}
	return false
}

func isHeading(line string) bool {
	rest := strings.TrimLeft(line, "#")
	level := len(line) - len(rest)
	return level >= 1 && level <= 6 && strings.HasPrefix(rest, " ")
}

// isTableRule knows the line under a table's head: |---|:--:|.
func isTableRule(line string) bool {
	return strings.Contains(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|-: \t") == ""
}

func hasImage(line string) bool {
	_, after, ok := strings.Cut(line, "![")
	return ok && strings.Contains(after, "](")
}
