package stream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// fixture is a writer, with a Lark platform and a store in memory.
type fixture struct {
	t        *testing.T
	platform *larktest.Platform
	store    *store.Memory
	client   *lark.Client
	writer   *stream.Writer
}

// run runs a test in a bubble, whose time is its own.
func run(t *testing.T, test func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newFixture(t)) })
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{
		t: t, platform: larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: "secret"})),
		store: store.NewMemory(time.Now),
	}
	f.client = f.newClient(f)
	f.writer = f.newWriter()
	return f
}

func (f *fixture) newClient(doer lark.HTTPDoer) *lark.Client {
	app := &lark.App{AppID: larktest.AppID, AppSecret: "secret", BaseURL: "http://lark.test", Type: lark.Custom}
	return lark.NewClient(app, lark.WithHTTPClient(doer))
}

// newWriter returns the writer of another instance.
func (f *fixture) newWriter() *stream.Writer { return &stream.Writer{Store: f.store, Now: time.Now} }

// Do is the network.
func (f *fixture) Do(req *http.Request) (res *http.Response, err error) {
	defer func() {
		if recover() != nil { // larktest breaks a connection so
			res, err = nil, fmt.Errorf("the connection is broken")
		}
	}()
	rec := httptest.NewRecorder()
	f.platform.ServeHTTP(rec, req)
	return rec.Result(), nil
}

// update returns an update of the stream s1 to the chat oc_1.
func update(seq int64, text string, done bool) stream.Update {
	return stream.Update{Key: "str#default#s1", To: lark.ToChat("oc_1"), Text: text, Plain: text, Seq: seq, Done: done}
}

// write writes an update that must not fail.
func (f *fixture) write(u stream.Update) stream.Result {
	f.t.Helper()
	r, err := f.writer.Write(f.context(), f.client, u)
	if err != nil {
		f.t.Fatalf("update %d: %v", u.Seq, err)
	}
	return r
}

func (f *fixture) context() context.Context {
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	f.t.Cleanup(cancel)
	return ctx
}

// screen is what the chats show: a text for each message.
func (f *fixture) screen() (texts []string) {
	for _, m := range f.platform.Messages("") {
		texts = append(texts, shownText(f.t, m.Content))
	}
	return texts
}

// shownText returns the text of a card or of a text message.
func shownText(t *testing.T, content string) string {
	t.Helper()
	var doc struct {
		Text string
		Body struct {
			Elements []struct {
				ElementID string `json:"element_id"`
				Content   string
			}
		}
	}
	if err := json.Unmarshal([]byte(content), &doc); err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Body.Elements {
		if e.ElementID == stream.TextElement {
			return e.Content
		}
	}
	return doc.Text
}

// wantScreen checks what the chats show, and that each card is closed or not.
func (f *fixture) wantScreen(closed bool, texts ...string) {
	f.t.Helper()
	if got := f.screen(); strings.Join(got, "\x00") != strings.Join(texts, "\x00") {
		f.t.Errorf("got the messages %.300q, want %.300q", got, texts)
	}
	for _, e := range f.platform.CardEntities() {
		if e.MessageID != "" && e.Streaming == closed {
			f.t.Errorf("card %s: got streaming mode %v, want %v", e.ID, e.Streaming, !closed)
		}
	}
}

// calls returns the calls other than for tokens: METHOD and the end of the path.
func (f *fixture) calls() (calls []string) {
	for _, c := range f.platform.Calls() {
		if strings.Contains(c.Path, "/auth/") {
			continue
		}
		name := c.Path[strings.LastIndexByte(c.Path, '/')+1:]
		if strings.HasPrefix(name, "7355") {
			name = "card"
		}
		calls = append(calls, fmt.Sprintf("%s %s %d", c.Method, name, c.Code))
	}
	return calls
}

func (f *fixture) wantCalls(want ...string) {
	f.t.Helper()
	if got := f.calls(); strings.Join(got, ", ") != strings.Join(want, ", ") {
		f.t.Errorf("got the calls %q, want %q", got, want)
	}
}

// fail makes the next n calls fail whose path ends so.
func (f *fixture) fail(end string, n int, fault larktest.Fault) {
	fault.Times = n
	fault.Match = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, end) }
	f.platform.Fail(fault)
}

// code is a fault that answers with one of Lark's codes.
func code(n int) larktest.Fault {
	return larktest.Fault{Kind: larktest.Verbatim, Reply: larktest.Reply{Status: 400, ContentType: "application/json", Body: fmt.Sprintf(`{"code":%d,"msg":"no"}`, n)}}
}
