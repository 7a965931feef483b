// Package inspector is the page of the local run: the chats as people see them, with
// cards that click, and a timeline of what happens, with all that belongs together in
// one group.
//
// The page is drawn on the server, and a small script keeps it up to date. It loads
// nothing from elsewhere. What it shows came from outside, so the server escapes it, and
// a Content-Security-Policy allows no script but the page's own.
package inspector

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/cardview"
	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// maxShown is how many groups and how many messages the page shows.
const maxShown = 200

// Inspector serves the page.
type Inspector struct {
	ctx      context.Context //nolint:containedctx // It ends the streams that the server cannot end.
	server   *local.Server
	timeline *Timeline
	chats    *chats // nil with the real platform
	run      string // another one each time the server starts
	views    [2]*view
	style    template.CSS
	script   template.JS
}

// Add adds the page to a server that is not serving yet. platform is nil with the real
// platform. The streams to browsers end with ctx.
func Add(ctx context.Context, server *local.Server, platform *larktest.Platform, timeline *Timeline) error {
	i := &Inspector{ctx: ctx, server: server, timeline: timeline, run: rand.Text()}
	if platform != nil {
		i.chats = newChats(platform)
		server.Rule(i.chats.addMessage)
		server.Handle("POST", "/api/messages", i.serveMessages)
		server.Handle("POST", "/api/clicks", i.serveClicks)
	}
	if err := i.load(); err != nil {
		return err
	}
	server.Handle("GET", "/", i.servePage)
	server.Handle("GET", "/api/stream", i.serveStream)
	server.Handle("GET", "/api/changes", i.serveChanges)
	server.Handle("GET", "/api/group", i.serveGroup)
	server.Handle("GET", "/api/step", i.serveStep)
	server.Handle("POST", "/api/deliveries", i.serveDeliveries)
	return nil
}

// load reads the files of the page.
func (i *Inspector) load() error {
	for l := range i.views {
		var err error
		if i.views[l], err = newView(language(l)); err != nil {
			return err
		}
	}
	style, err := files.ReadFile("page.css")
	if err != nil {
		return fmt.Errorf("reading the stylesheet: %w", err)
	}
	var script strings.Builder
	for _, name := range scripts {
		text, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reading the script: %w", err)
		}
		script.Write(text)
	}
	i.style, i.script = template.CSS(cardview.Stylesheet+string(style)), template.JS(script.String()) //nolint:gosec // They are files of this package.
	return nil
}

// view returns the view in the language that a browser asks for.
func (i *Inspector) view(r *http.Request) *view {
	return i.views[languageOf(r.Header.Get("Accept-Language"))]
}

// pageView is the data of the page.
type pageView struct {
	Lang, Nonce string
	Style       template.CSS
	Script      template.JS
	Texts       map[string]string
	Users       []string
	Chat        bool // whether there is one
}

// servePage serves the page without what has happened, which the script asks for. What
// a page shows and what it asks for then cannot differ.
func (i *Inspector) servePage(w http.ResponseWriter, r *http.Request) {
	v, nonce := i.view(r), rand.Text()
	page, err := v.draw("page", pageView{v.tag(), nonce, i.style, i.script, v.script(), users, i.chats != nil})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-"+nonce+
		"'; script-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept-Language")
	_, _ = io.WriteString(w, string(page))
}

// keepAlive is how often a stream without changes is written to.
const keepAlive = 20 * time.Second

// serveStream writes an event whenever something has changed.
func (i *Inspector) serveStream(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a server without deadlines needs none lifted
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for {
		changed := i.timeline.wait()
		if _, err := io.WriteString(w, "data: changed\n\n"); err != nil || control.Flush() != nil {
			return
		}
		timer := time.NewTimer(keepAlive)
		select {
		case <-changed:
			timer.Stop()
		case <-timer.C:
		case <-r.Context().Done():
			return
		case <-i.ctx.Done():
			return
		}
	}
}

// changes is the answer of GET /api/changes.
type changes struct {
	Run      string          `json:"run"` // another one each time the server starts
	Version  int             `json:"version"`
	Groups   []groupChange   `json:"groups"`
	Messages []messageChange `json:"messages"`
	Chats    []chatChange    `json:"chats"`
}

// groupChange is a group that is new or has changed.
type groupChange struct {
	ID    int           `json:"id"`
	Title string        `json:"title"`
	HTML  template.HTML `json:"html"`
}

// messageChange is a message that is new or has changed.
type messageChange struct {
	ID   string        `json:"id"`
	Chat string        `json:"chat"`
	Root string        `json:"root"`
	HTML template.HTML `json:"html"`
}

// chatChange is a chat with its name.
type chatChange struct {
	chat
	Name string `json:"name"`
}

// serveChanges answers with what has changed after the version ?after=, and the groups
// that ?q= and ?show= want.
func (i *Inspector) serveChanges(w http.ResponseWriter, r *http.Request) {
	v, query := i.view(r), r.URL.Query()
	after, err := strconv.Atoi(query.Get("after"))
	if err != nil {
		after = 0
	}
	f := filter{strings.ToLower(strings.TrimSpace(query.Get("q"))), query.Get("show"), maxShown}
	version, groups := i.timeline.since(after, f)
	c := changes{Run: i.run, Version: version, Groups: []groupChange{}, Messages: []messageChange{}, Chats: []chatChange{}}
	for _, g := range groups {
		html, err := v.draw("group", g)
		if err != nil {
			writeError(w, http.StatusInternalServerError, err)
			return
		}
		c.Groups = append(c.Groups, groupChange{g.ID, g.Type, html})
	}
	if i.chats != nil {
		if err := i.addChats(&c, v, after, version); err != nil {
			writeError(w, http.StatusInternalServerError, err)
			return
		}
	}
	local.WriteJSON(w, http.StatusOK, c)
}

// addChats adds the chats and the messages that have changed.
func (i *Inspector) addChats(c *changes, v *view, after, version int) error {
	chats, messages := i.chats.since(after, version)
	for _, one := range chats {
		c.Chats = append(c.Chats, chatChange{one, v.chatName(one)})
	}
	for _, m := range messages[max(0, len(messages)-maxShown):] {
		html, err := v.message(m, i.quote(v, m))
		if err != nil {
			return err
		}
		c.Messages = append(c.Messages, messageChange{m.ID, m.Chat, m.Root, html})
	}
	return nil
}

// maxQuote is how much of a message stands above a reply to it.
const maxQuote = 60

// quote returns the beginning of the message that a message replies to, "" for none.
func (i *Inspector) quote(v *view, m message) string {
	parent, ok := i.chats.platform.Message(m.ParentID)
	if !ok || m.ParentID == "" {
		return ""
	}
	var content struct{ Text string }
	if err := json.Unmarshal([]byte(parent.Content), &content); err != nil || content.Text == "" {
		return v.say("other") + " " + parent.MsgType
	}
	runes := []rune(content.Text)
	return string(runes[:min(len(runes), maxQuote)])
}

// serveGroup answers with the steps of the group ?id=.
func (i *Inspector) serveGroup(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.URL.Query().Get("id")) // there is no group 0
	g, ok := i.timeline.group(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	i.writeFragment(w, func() (template.HTML, error) { return i.view(r).draw("steps", g) })
}

// serveStep answers with the details of the step ?id=.
func (i *Inspector) serveStep(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.URL.Query().Get("id")) // there is no step 0
	s, ok := i.timeline.step(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	i.writeFragment(w, func() (template.HTML, error) { return i.view(r).stepDetails(s, "http://"+r.Host) })
}

// writeFragment writes a fragment of the page. Opened as a page of its own it runs no script.
func (i *Inspector) writeFragment(w http.ResponseWriter, draw func() (template.HTML, error)) {
	fragment, err := draw()
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, string(fragment))
}
