package request

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
)

func TestStreamRefusals(t *testing.T) {
	for doc, want := range map[string]string{
		`{"to":{"chat_id":"oc_1"},"text":"a"}`:                                             `field "stream.id" is missing`,
		`{"id":"a","to":{"chat_id":"oc_1"}}`:                                               `field "stream.text" is missing`,
		`{"id":"a","text":"a"}`:                                                            `field "stream": give one of to, reply_to`,
		`{"id":"a","text":"a","to":{}}`:                                                    `field "stream.to": give one of chat_id, open_id, user_id, union_id, email`,
		`{"id":"a b","text":"a","to":{"chat_id":"oc_1"}}`:                                  `field "stream.id": want 1 to 128 printable ASCII characters without spaces`,
		`{"id":"a","text":"a","seq":-1,"to":{"chat_id":"oc_1"}}`:                           `field "stream.seq": want 1 or more`,
		`{"id":"a","text":"a","card":{"schema":"1.0"},"to":{"chat_id":"oc_1"}}`:            `field "stream.card": want card JSON 2.0, with "schema":"2.0"`,
		`{"id":"a","text":"` + strings.Repeat("a", 150<<10) + `","to":{"chat_id":"oc_1"}}`: `field "stream.text": it has more bytes than the 150 KB of a message: make it shorter`,
	} {
		_, err := newFixture(t).plan(`{"stream":` + doc + `}`)
		if err == nil || err.Error() != want {
			t.Errorf("%.80s: got %v, want %s", doc, err, want)
		}
	}
}

// Only a text that is complete is a message of its own, with a result that matters.
func TestStreamPlan(t *testing.T) {
	for doc, want := range map[string]struct {
		target  string
		interim bool
	}{
		`{"id":"a","text":"a","to":{"chat_id":"oc_1"}}`:                      {"", true},
		`{"id":"a","text":"a","done":true,"to":{"chat_id":"oc_1"}}`:          {"chat_id oc_1", false},
		`{"id":"a","text":"a","done":true,"reply_to":{"message_id":"om_1"}}`: {"message om_1", false},
	} {
		p, err := newFixture(t).plan(`{"stream":` + doc + `}`)
		if err != nil || p.Target != want.target || p.Interim != want.interim || p.MayRepeat {
			t.Errorf("%s: got %+v, %v, want %+v", doc, p, err, want)
		}
	}
}

// Markdown that a card refuses is changed as in messages: an image needs a key.
func TestStreamMarkdown(t *testing.T) {
	f := newFixture(t)
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_1", Secret: "s"}))
	f.serve(platform)
	const doc = `{"stream":{"id":"a","text":"![a](https://a.b/c.png)","done":true,"to":{"chat_id":"oc_1"}}}`
	if _, err := f.run(doc); err == nil {
		t.Error("without a writer: got no error")
	}
	f.clients.Streams = &stream.Writer{Store: store.NewMemory(time.Now), Now: time.Now}
	res, err := f.run(doc)
	if err != nil {
		t.Fatal(err)
	}
	m := platform.Messages("oc_1")
	if len(m) != 1 || !strings.Contains(m[0].Content, `"content":"[a](https://a.b/c.png)"`) {
		t.Fatalf("got %+v, want a link", m)
	}
	if want := `{"message_id":"` + m[0].ID + `","shown":true,"closed":true}`; string(res.Data) != want {
		t.Errorf("got %s, want %s", res.Data, want)
	}
}
