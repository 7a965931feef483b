package larktest

import (
	"fmt"
	"regexp"
	"strings"
)

// maxTables is how many tables a card may have.
const maxTables = 5

var (
	codeBlock   = regexp.MustCompile("(?ms)^ {0,3}(```+|~~~+).*?(^ {0,3}(```+|~~~+)[ \t]*$|\\z)")
	tableRule   = regexp.MustCompile(`(?m)^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$`)
	imageMarkup = regexp.MustCompile(`!\[[^\]]*\]\(([^)\s]*)`)
)

// checkMarkdown checks all Markdown in a card or a post. Lark refuses more than five
// tables (11310), and images that are not named by a key (200570).
func checkMarkdown(v any, code int) *failure {
	tables := 0
	for _, text := range markdownOf(v) {
		text = codeBlock.ReplaceAllString(text, "")
		tables += len(tableRule.FindAllString(text, -1))
		for _, m := range imageMarkup.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "img_") {
				return badCard(code, 200570, fmt.Sprintf("card contains invalid image keys; ErrorValue: %s", m[1]))
			}
		}
	}
	if tables += count(v, "table"); tables > maxTables {
		return badCard(code, 11310, "card table number over limit")
	}
	return nil
}

// markdownOf returns every text in Markdown that is in v.
func markdownOf(v any) (texts []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			text, ok := e.(string)
			switch tag := v["tag"]; {
			case !ok:
				texts = append(texts, markdownOf(e)...)
			case name == "content" && (tag == "markdown" || tag == "lark_md"), name == "text" && tag == "md":
				texts = append(texts, text)
			}
		}
	case []any:
		for _, e := range v {
			texts = append(texts, markdownOf(e)...)
		}
	}
	return texts
}

// count returns how many components with a tag are in v.
func count(v any, tag string) (n int) {
	switch v := v.(type) {
	case map[string]any:
		if v["tag"] == tag {
			n++
		}
		for _, e := range v {
			n += count(e, tag)
		}
	case []any:
		for _, e := range v {
			n += count(e, tag)
		}
	}
	return n
}
