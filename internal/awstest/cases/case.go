// Package cases has the cases of the functions event and card, what Lark posts in
// each, and the checks of what comes of it. The tests of those functions, of
// lib/gateway and of lib/lark drive them.
package cases

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// Case is one input of the functions event and card, and what must come of it.
type Case struct {
	ID, Kind, Why string
	// Neighbour says that the case passed before the kind was fixed.
	Neighbour bool
	// How is "unit" for a case that needs Go code linked into the function.
	How   string
	Given Given
	Want  Want
}

// Given is what comes in.
type Given struct {
	Post
	// Posts are delivered one after the other, Pause seconds apart.
	Posts []Post
	Pause float64
	// Change has fields of the app's settings; null takes a field away.
	Change  map[string]json.RawMessage `json:"settings"`
	Handler *Handler
	// Cold says that it is the first request of a process.
	Cold  bool
	Fault Fault
	Times int
}

// Post is one delivery. At most one of Message, Event and Click is there.
type Post struct {
	Message  json.RawMessage // event.message of an im.message.receive_v1
	Event    json.RawMessage // the whole envelope: an object, or its exact text
	Click    *Click
	Path     string
	App      string
	Delivery Delivery
	HTTP     json.RawMessage // the payload of Lambda
}

// Click is a click in the new style, by its event, or in the old one.
type Click struct {
	Style   string
	EventID string `json:"event_id"`
	Event   json.RawMessage
	Body    json.RawMessage
	Headers map[string]string
}

// Delivery is how a payload is sent.
type Delivery struct {
	Encrypted *bool
	Signed    any // a bool, or "sha1"
	Age       int // seconds
	Append    string
}

// Handler is the app's card_handler.
type Handler struct {
	Linked  bool
	Returns json.RawMessage
	Fails   bool
	Hangs   bool
	Breaks  int // connections that end without an answer first
}

// Fault is what goes wrong in AWS.
type Fault struct {
	Bus      string  // hang-once
	Table    string  // down, hangs
	Settings float64 // seconds until their first read is answered
	Dedupe   string  // closed
}

// Want is what must come of a case: everything that is named.
type Want struct {
	Status      json.RawMessage // a number, or a list of which it is one
	Reply       json.RawMessage
	Replies     []json.RawMessage
	Entries     *int
	DetailType  string `json:"detail_type"`
	Detail      json.RawMessage
	Message     json.RawMessage
	TextHas     []string `json:"text_has"`
	EventText   string   `json:"event_text"`
	Absent      []string
	Pointer     bool
	HandlerRuns *int `json:"handler_runs"`
	Within      float64
	Ticket      string
	Bind        json.RawMessage
}

// Inbound returns the cases in testdata.
func Inbound(t testing.TB) []Case {
	t.Helper()
	var list []Case
	for _, c := range casefile.Load(t, filepath.Join(harness.Root(t), "internal", "awstest", "cases", "testdata", "inbound.json")) {
		out := Case{ID: c.ID, Kind: c.Kind, Why: c.Why, Neighbour: c.Neighbour, How: c.How}
		for _, field := range []struct {
			doc    json.RawMessage
			target any
		}{{c.Given, &out.Given}, {c.Want, &out.Want}} {
			if err := json.Unmarshal(field.doc, field.target); err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
		}
		list = append(list, out)
	}
	return list
}

// All returns the deliveries of the case, each with its path.
func (g *Given) All() []Post {
	posts := g.Posts
	if len(posts) == 0 {
		posts = []Post{g.Post}
	}
	var all []Post
	for range max(1, g.Times) {
		for _, p := range posts {
			if p.Path == "" {
				p.Path = "/event"
				if p.Click != nil {
					p.Path = "/card"
				}
			}
			if p.App == "" {
				p.App = "default"
			}
			all = append(all, p)
		}
	}
	return all
}
