package cardview

import (
	"html"
	"regexp"
	"strings"

	xhtml "golang.org/x/net/html"
)

var (
	tagMarkup    = regexp.MustCompile(`^<([a-z_]+)((?:\s+[a-z_]+\s*=\s*(?:'[^'<>]*'|"[^"<>]*"|[^\s<>'"]+))*)\s*(/?)>`)
	tagAttribute = regexp.MustCompile(`([a-z_]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s'"/]+))`)
)

// tag draws one of the tags that Lark's Markdown has. Others are text.
func (t *inlineText) tag() (*xhtml.Node, int) {
	m := tagMarkup.FindStringSubmatch(t.rest)
	if m == nil {
		return nil, 0
	}
	name, used, inside := m[1], len(m[0]), ""
	switch name {
	case "br":
		return elem("br", ""), used
	case "at", "font", "text_tag", "link", "a", "person", "number_tag", "local_datetime", "b", "strong", "i", "em", "s", "del":
	default:
		return nil, 0
	}
	if m[3] == "" {
		begin := m[0]
		end := "</" + name + ">"
		if strings.HasPrefix(t.rest[used:], end) {
			used += len(end)
		} else if inside, used = t.between(begin, end); used == 0 {
			if name != "at" && name != "person" && name != "local_datetime" {
				return nil, 0
			}
			inside, used = "", len(begin)
		}
	}
	return t.tagNode(name, attributes(m[2]), inside), used
}

// attributes returns the values of a tag's attributes.
func attributes(s string) map[string]string {
	values := map[string]string{}
	for _, m := range tagAttribute.FindAllStringSubmatch(s, -1) {
		values[m[1]] = html.UnescapeString(m[2] + m[3] + m[4])
	}
	return values
}

// sameTags are the tags of Markdown that HTML has too.
var sameTags = map[string]string{"b": "strong", "strong": "strong", "i": "em", "em": "em", "s": "del", "del": "del"}

// tagNode draws a tag with what is inside it.
func (t *inlineText) tagNode(name string, attrs map[string]string, inside string) *xhtml.Node {
	switch name {
	case "at", "person":
		return elem("span", "card-at", text("@"+t.mentioned(attrs, inside)))
	case "font":
		return elem("span", colourClass(attrs["color"]), t.inside(inside)...)
	case "text_tag", "number_tag":
		return elem("span", strings.TrimSpace("card-tag "+colourClass(attrs["color"]+attrs["background_color"])), t.inside(inside)...)
	case "link", "a":
		return t.anchor(attrs["url"]+attrs["href"], inside)
	case "local_datetime":
		return elem("span", "", text(attrs["millisecond"]))
	}
	return elem(sameTags[name], "", t.inside(inside)...)
}

// mentioned returns the name of who is mentioned, or the id where there is no name.
func (t *inlineText) mentioned(attrs map[string]string, inside string) string {
	if inside != "" {
		return html.UnescapeString(inside)
	}
	for _, name := range []string{"id", "user_id", "ids", "email", "open_id"} {
		switch id := attrs[name]; id {
		case "":
		case "all":
			return t.say(everyone)
		default:
			return strings.ReplaceAll(id, ",", " @")
		}
	}
	return ""
}
