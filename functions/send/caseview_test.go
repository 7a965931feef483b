package main

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// view is what a person gets of a message.
type view struct {
	text     strings.Builder
	title    string
	colour   string
	links    []string
	mentions int
}

// see reads a message as Lark shows it.
func see(m larktest.Message) *view {
	v := &view{}
	var content map[string]any
	if json.Unmarshal([]byte(m.Content), &content) != nil {
		v.say(m.Content)
		return v
	}
	switch m.MsgType {
	case "text":
		text, _ := content["text"].(string)
		v.mentions += len(mention.FindAllString(text, -1))
		v.plain(text)
	case "post":
		v.post(content)
	case "interactive":
		v.card(content)
	default:
		v.say(m.Content)
	}
	return v
}

func (v *view) say(text string) { v.text.WriteString(text + "\n") }

// plain is a text in which Lark makes addresses links.
func (v *view) plain(text string) {
	v.links = append(v.links, address.FindAllString(text, -1)...)
	v.say(text)
}

func (v *view) post(content map[string]any) {
	for _, language := range content {
		body, ok := language.(map[string]any)
		if !ok {
			continue
		}
		title, _ := body["title"].(string)
		v.say(title)
		v.elements(body["content"])
	}
}

func (v *view) card(content map[string]any) {
	if header, ok := content["header"].(map[string]any); ok {
		v.colour, _ = header["template"].(string)
		for _, name := range []string{"title", "subtitle"} {
			title, _ := header[name].(map[string]any)
			text, _ := title["content"].(string)
			v.title += text + "\n"
		}
		v.say(v.title)
	}
	for name, value := range content {
		if name != "header" && name != "config" {
			v.elements(value)
		}
	}
}

// elements walks through components of cards and posts.
func (v *view) elements(node any) {
	switch node := node.(type) {
	case []any:
		for _, n := range node {
			v.elements(n)
		}
	case map[string]any:
		v.element(node)
	}
}

func (v *view) element(node map[string]any) {
	tag, _ := node["tag"].(string)
	for name, value := range node {
		text, ok := value.(string)
		switch {
		case !ok:
			v.elements(value)
		case (name == "content" || name == "text") && (tag == "markdown" || tag == "lark_md" || tag == "md"):
			v.markdown(text)
		case name == "content" || name == "text":
			v.plain(text)
		case strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://"):
			v.links = append(v.links, text)
		case name == "img_key" || name == "image_key" || name == "language":
			v.say(text)
		case name != "tag" && tag == "": // a row of a table, and the like
			v.say(text)
		}
	}
	if tag == "at" || tag == "person" {
		v.mentions++
	}
}

var (
	mention   = regexp.MustCompile(`<at\s+(user_id|id|email|ids)\s*=`)
	address   = regexp.MustCompile(`https?://[^\s<>"')\]]+`)
	verbatim  = regexp.MustCompile("(?s)```.*?```|~~~.*?~~~|`[^`\n]+`")
	image     = regexp.MustCompile(`!\[([^\]]*)\]\(([^)\s]*)\)`)
	linkText  = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]*)\)`)
	anyTag    = regexp.MustCompile(`</?[a-z_]+(\s[^<>]*)?/?>`)
	backslash = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
	style     = regexp.MustCompile(`\*\*|~~|__`)
)

// markdown reads Lark's Markdown: code as it stands, all else with its markup
// and its character references resolved.
func (v *view) markdown(text string) {
	at := 0
	for _, span := range verbatim.FindAllStringIndex(text, -1) {
		v.prose(text[at:span[0]])
		v.say(strings.Trim(text[span[0]:span[1]], "`~\n"))
		at = span[1]
	}
	v.prose(text[at:])
}

func (v *view) prose(text string) {
	v.mentions += len(mention.FindAllString(text, -1))
	for _, m := range linkText.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[2], "://") {
			v.links = append(v.links, html.UnescapeString(m[2]))
		}
	}
	text = image.ReplaceAllString(text, "$1 $2")
	text = linkText.ReplaceAllString(text, "$1")
	v.links = append(v.links, address.FindAllString(text, -1)...)
	text = style.ReplaceAllString(anyTag.ReplaceAllString(text, ""), "")
	v.say(html.UnescapeString(backslash.ReplaceAllString(text, "$1")))
}

// reads reports whether somebody who sees the text reads the words; case and
// white space do not matter.
func reads(text, words string) bool { return strings.Contains(squeeze(text), squeeze(words)) }

func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// leads reports whether a decoded address has all of the fragments.
func leads(link string, fragments []string) bool {
	decoded := link
	for range 3 {
		if next, err := url.PathUnescape(decoded); err == nil {
			decoded = next
		}
	}
	all := link + " " + decoded + " " + strings.ReplaceAll(decoded, "+", " ")
	for _, fragment := range fragments {
		if !reads(all, fragment) {
			return false
		}
	}
	return true
}

// colours are Lark's templates by the colour that they count as.
var colours = map[string][]string{
	"red":    {"red", "carmine"},
	"orange": {"orange", "yellow"},
	"green":  {"green", "turquoise"},
	"blue":   {"blue", "wathet", "indigo"},
	"grey":   {"grey", "default"},
}
