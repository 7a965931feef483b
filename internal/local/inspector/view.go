package inspector

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/cardview"
	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
)

//go:embed page.html page.css *.js
var files embed.FS

// scripts are the parts of the page's script, in their order.
var scripts = []string{"page.js", "timeline.js", "chat.js", "card.js", "start.js"}

// view draws the parts of the page in one language.
type view struct {
	language
	templates *template.Template
}

// newView returns the view of a language.
func newView(l language) (*view, error) {
	v := &view{language: l}
	var err error
	v.templates, err = template.New("").Funcs(template.FuncMap{
		"t":        l.say,
		"clock":    func(t time.Time) string { return t.Local().Format("15:04:05") },
		"kindText": func(kind string) string { return l.say("step." + kind) },
		"userName": v.userName,
		"short":    short,
	}).ParseFS(files, "page.html")
	if err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	return v, nil
}

// draw executes a template.
func (v *view) draw(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := v.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("drawing %s: %w", name, err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // html/template escapes all data.
}

// userName returns the name of a user of the page, or the end of another's id.
func (v *view) userName(openID string) string {
	for i, id := range users {
		if id == openID {
			return fmt.Sprint(v.say("user"), " ", i+1)
		}
	}
	return short(openID)
}

// short returns the beginning of a long id.
func short(id string) string {
	if len(id) > 14 {
		return strings.ToValidUTF8(id[:14], "") + "…"
	}
	return id
}

// chatName returns the name of a chat.
func (v *view) chatName(c chat) string {
	switch c.ID {
	case local.SampleChat:
		return v.say("kind.p2p") + " · " + v.userName(local.SampleUser)
	case groupChat:
		return v.say("kind.group")
	}
	return v.say("kind."+c.Kind) + " · " + short(c.ID)
}

// messageView is a message with its drawn body.
type messageView struct {
	message
	Body   template.HTML
	Author string
	Toast  string
	Quote  string // what the message that it replies to says
}

// message draws a message.
func (v *view) message(m message, quote string) (template.HTML, error) {
	author := v.say("bot")
	switch {
	case m.Mine:
		author = v.userName(m.SenderID)
	case m.ReceiveIDType == "webhook":
		author = v.say("kind.webhook")
	}
	body, err := v.body(m)
	if err != nil {
		return "", err
	}
	return v.draw("message", messageView{message: m, Body: body, Author: author, Toast: v.toast(m.Toast), Quote: quote})
}

// toast returns what a toast says in the reader's language.
func (v *view) toast(t larktest.Toast) string {
	if s := t.I18n[string(v.cardLanguage())]; s != "" {
		return s
	}
	return t.Content
}

func (v *view) cardLanguage() cardview.Language {
	return [...]cardview.Language{cardview.English, cardview.Chinese}[v.language]
}

// body draws the content of a message. A post is drawn as a card with its Markdown.
func (v *view) body(m message) (template.HTML, error) {
	if m.MsgType == "interactive" {
		return cardview.Render([]byte(m.Content), v.cardLanguage()), nil
	}
	content, err := decode([]byte(m.Content))
	if err != nil {
		return v.draw("plain", m.Content)
	}
	switch m.MsgType {
	case "text":
		s, _ := content["text"].(string)
		return v.draw("plain", s)
	case "post":
		card, err := json.Marshal(postCard(content, string(v.cardLanguage())))
		if err != nil {
			return "", fmt.Errorf("encoding a post: %w", err)
		}
		return cardview.Render(card, v.cardLanguage()), nil
	case "image":
		return v.draw("box", []string{v.say("image"), fmt.Sprint(content["image_key"])})
	case "file", "audio", "media", "sticker":
		name, _ := content["file_name"].(string)
		return v.draw("box", []string{v.say("file"), strings.TrimSpace(name + " " + fmt.Sprint(content["file_key"]))})
	}
	return v.draw("box", []string{v.say("other") + " " + m.MsgType, indent(content)})
}

// stepView is what an opened step shows.
type stepView struct {
	step
	Inbound  *local.Inbound
	Sections []section
	Copies   []copyText
}

// section is a text under a title.
type section struct{ Title, Text string }

// copyText is a text to copy, by the name of the button.
type copyText struct{ Name, Text string }

// stepDetails draws an opened step of a server at a URL.
func (v *view) stepDetails(s step, url string) (template.HTML, error) {
	d := stepView{step: s}
	switch data := s.Data.(type) {
	case local.Inbound:
		d.addInbound(data, url)
	case bus.Entry:
		d.Sections = []section{{"entry", indent(data)}}
		d.Copies = []copyText{{"copy.pattern", asPattern(data)}, {"copy.json", indent(data)}}
	case larktest.RecordedCall:
		d.Sections = []section{{"call", indent(data)}}
		d.Copies = []copyText{{"copy.json", indent(data)}}
	case send.Outcome:
		d.Sections = []section{{"outcome", indent(struct {
			Source string      `json:"source"`
			ID     string      `json:"id"`
			Verb   string      `json:"verb"`
			Target string      `json:"target"`
			Result send.Result `json:"result"`
		}{data.Source, data.ID, data.Verb, data.Target, data.Result})}}
	case local.WorkflowCall:
		d.Sections = []section{{"call", indent(data)}}
	default:
		d.Sections = []section{{"outcome", strings.TrimSpace(s.Subject + "\n" + s.Note)}}
	}
	return v.draw("step", d)
}

// addInbound shows a delivery.
func (d *stepView) addInbound(in local.Inbound, url string) {
	var header strings.Builder
	if err := in.Header.Write(&header); err != nil {
		header.Reset()
	}
	d.Sections = []section{
		{"request", in.Method + " " + in.Path},
		{"headers", strings.TrimSpace(header.String())},
		{"body", in.Body},
	}
	d.Copies = []copyText{{"copy.curl", asCurl(url, in)}}
	if in.Payload != nil {
		d.Inbound = &in
		d.Sections = append(d.Sections, section{"payload", indent(in.Payload)})
		d.Copies = append(d.Copies, copyText{"copy.trigger", asTrigger(in.Payload)}, copyText{"copy.fixture", asFixture(in.Payload)})
	}
	d.Sections = append(d.Sections, section{"response", fmt.Sprint(in.Status, " ", in.Reply)})
	if in.Reason != "" {
		d.Sections = append(d.Sections, section{"reason", in.Reason})
	}
}

// Indented returns the payload for the text field in which it is edited.
func (d stepView) Indented() string { return indent(d.Inbound.Payload) }
