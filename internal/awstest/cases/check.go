package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
)

// Reply is what came back for a request.
type Reply struct {
	Status  int
	Header  http.Header
	Body    []byte
	Elapsed time.Duration // from the invocation, or from the start of the process if it was cold
}

// Outcome is what came of a case.
type Outcome struct {
	Requests     []*Request
	Replies      []Reply
	Entries      []fakeaws.Entry
	Objects      map[string][]byte // those that a pointer may name, by key
	HandlerRuns  int
	HandlerInput [][]byte // what the handler got in each run that it saw
	Ticket       string
}

// busyDelay is how much longer a case may take on a busy machine. Exact times are
// tested with virtual time, in lib/gateway.
const busyDelay = 1200 * time.Millisecond

// Check returns what is wrong with the outcome of a case.
func (c *Case) Check(o *Outcome) []string {
	k := &check{c: c, o: o}
	k.replies()
	k.entries()
	if w := c.Want.HandlerRuns; w != nil && o.HandlerRuns != *w {
		k.fault("the handler ran %d times, want %d", o.HandlerRuns, *w)
	}
	if c.Want.Ticket != "" && o.Ticket != c.Want.Ticket {
		k.fault("the ticket is %q, want %q", o.Ticket, c.Want.Ticket)
	}
	return k.faults
}

type check struct {
	c      *Case
	o      *Outcome
	faults []string
}

func (k *check) fault(format string, args ...any) {
	k.faults = append(k.faults, fmt.Sprintf(format, args...))
}

// match reports how a document differs from what the case wants of it, in which
// it names the app.
func (k *check) match(name string, want, got []byte) {
	if want == nil {
		return
	}
	text := casefile.Replace(string(want), time.Now(), map[string]string{"app_id": AppID(k.o.Requests[0].Post.App), "token": VerificationToken})
	if problem := casefile.Match([]byte(text), got); problem != "" {
		k.fault("%s%s", name, problem)
	}
}

func (k *check) replies() {
	w := k.c.Want
	for i, r := range k.o.Replies {
		if !w.takes(r.Status) {
			k.fault("reply %d: got status %d %s, want %s", i+1, r.Status, r.Body, w.Status)
		}
		if w.Within > 0 && r.Elapsed > time.Duration(w.Within*float64(time.Second))+busyDelay {
			k.fault("reply %d: it took %s, want at most %g s", i+1, r.Elapsed, w.Within)
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || !json.Valid(r.Body) {
			k.fault("reply %d: got %q %s, want JSON", i+1, r.Header.Get("Content-Type"), r.Body)
		}
	}
	k.match("reply", w.Reply, k.o.Replies[len(k.o.Replies)-1].Body)
	for i, want := range w.Replies {
		k.match(fmt.Sprintf("reply %d", i+1), want, k.o.Replies[i].Body)
	}
}

// takes reports whether a status is a wanted one.
func (w *Want) takes(status int) bool {
	var list []int
	if json.Unmarshal(w.Status, &list) == nil && list != nil {
		return slices.Contains(list, status)
	}
	want := "200"
	if w.Status != nil {
		want = string(w.Status)
	}
	return strconv.Itoa(status) == want
}

// wantsEntry reports whether something is wanted of the first entry.
func (w *Want) wantsEntry() bool {
	return w.DetailType != "" || w.Detail != nil || w.Message != nil || w.TextHas != nil || w.EventText != "" || w.Absent != nil || w.Pointer
}

func (k *check) entries() {
	w := k.c.Want
	switch {
	case w.Entries != nil && len(k.o.Entries) != *w.Entries:
		k.fault("%d entries on the bus, want %d", len(k.o.Entries), *w.Entries)
	case w.Entries == nil && w.wantsEntry() && len(k.o.Entries) != 1:
		k.fault("%d entries on the bus, want 1", len(k.o.Entries))
	}
	for i := range k.o.Entries {
		k.entry(&k.o.Entries[i])
	}
	if len(k.o.Entries) == 0 {
		return
	}
	e := k.o.Entries[0]
	var d detail
	if err := json.Unmarshal([]byte(e.Detail), &d); err != nil {
		k.fault("the detail is not JSON: %v", err)
		return
	}
	if w.DetailType != "" && e.DetailType != w.DetailType {
		k.fault("got the detail type %q, want %q", e.DetailType, w.DetailType)
	}
	k.match("detail", w.Detail, []byte(e.Detail))
	k.match("detail.message", w.Message, d.Message)
	if w.EventText != "" && string(d.Event) != w.EventText {
		k.fault("detail.event is %s, want %s", d.Event, w.EventText)
	}
	var message struct{ Text string }
	_ = json.Unmarshal(d.Message, &message) // none: no text
	for _, fragment := range w.TextHas {
		if !strings.Contains(message.Text, fragment) {
			k.fault("detail.message.text is %q, want %q in it", message.Text, fragment)
		}
	}
	for _, name := range w.Absent {
		if v := find([]byte(e.Detail), strings.Split(name, ".")); v != nil {
			k.fault("detail.%s is %s, want none", name, v)
		}
	}
	if w.Pointer != (d.S3 != nil) {
		k.fault("the entry has a pointer: %v, want %v: %.300s", d.S3 != nil, w.Pointer, e.Detail)
	}
	if len(k.o.HandlerInput) > 0 && d.S3 == nil && string(k.o.HandlerInput[0]) != e.Detail {
		k.fault("the handler got %s, want the detail %s", k.o.HandlerInput[0], e.Detail)
	}
}

// detail is what the checks of every entry need.
type detail struct {
	App                    string
	Header, Event, Message json.RawMessage
	S3                     *struct {
		Bucket, Key string
		Size        int
	}
}

// entry checks what holds for every entry.
func (k *check) entry(e *fakeaws.Entry) {
	var d detail
	if json.Unmarshal([]byte(e.Detail), &d) != nil {
		return // reported by the caller
	}
	if e.Source != "lark" || e.EventBusName != "bus" || !slices.Contains(e.Resources, "lark:app/"+AppID(d.App)) {
		k.fault("got source %q, bus %q, resources %q", e.Source, e.EventBusName, e.Resources)
	}
	apps := func(r *Request) bool { return r.Post.App == d.App }
	if !slices.ContainsFunc(k.o.Requests, apps) {
		k.fault("detail.app is %q", d.App)
	}
	whole := []byte(e.Detail)
	if d.S3 != nil {
		object := k.o.Objects[d.S3.Key]
		if d.Event != nil || len(object) != d.S3.Size {
			k.fault("the pointer's object has %d bytes, want %d, and no event beside it: %.300s", len(object), d.S3.Size, e.Detail)
		}
		whole = object
		k.uniqueNames("the object", object)
	}
	for name, doc := range map[string][]byte{"the entry": []byte(e.Detail), "the object": whole} {
		if bytes.Contains(doc, []byte(VerificationToken)) {
			k.fault("%s has the verification token", name)
		}
	}
	k.uniqueNames("detail", []byte(e.Detail))
	k.uniqueNames("detail.header", d.Header)
	k.uniqueNames("detail.message", d.Message)
	k.untouched(whole)
}

// untouched reports an event on the bus that is not byte for byte the event that Lark
// sent. It leaves out events that were not strict JSON, and clicks of the old style,
// whose shape is changed. whole is the detail.
func (k *check) untouched(whole []byte) {
	event := find(whole, []string{"event"})
	for _, r := range k.o.Requests {
		if r.Post.Click != nil && r.Post.Click.Style == "old" {
			k.uniqueNames("detail.event", event)
			return
		}
		var sent struct{ Event json.RawMessage }
		switch err := strict(r.Payload); {
		case tooDeep(err):
			_, rest, _ := bytes.Cut(r.Payload, []byte(`"event":`))
			if bytes.Contains(whole, append([]byte(`"event":`), rest[:len(rest)-1]...)) {
				return
			}
		case err != nil:
			return
		case json.Unmarshal(r.Payload, &sent) == nil && bytes.Equal(sent.Event, event):
			return
		}
	}
	k.fault("detail.event is %.300s, which Lark did not send", event)
}

// strict returns an error unless Lark sent strict JSON, in which names may occur twice.
func strict(payload []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(payload), jsontext.AllowDuplicateNames(true))
	_, err := d.ReadValue()
	return err
}

// tooDeep reports whether a document has more levels than Go's packages read.
func tooDeep(err error) bool { return err != nil && strings.Contains(err.Error(), "max depth") }

// uniqueNames reports names that occur twice in an object.
func (k *check) uniqueNames(name string, object []byte) {
	if len(object) == 0 {
		return
	}
	if err := duplicate(object); err != nil {
		k.fault("%s: %v: %.300s", name, err, object)
	}
}

// duplicate returns an error if a name occurs twice in an object. It does not look into
// the values.
func duplicate(object []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(object), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return fmt.Errorf("it is no object: %w", err)
	}
	seen := map[string]bool{}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if seen[name] {
			return fmt.Errorf("%q occurs twice", name)
		}
		seen[name] = true
		if err := d.SkipValue(); tooDeep(err) {
			return nil // the names after it are not checked
		} else if err != nil {
			return err
		}
	}
	return nil
}

// find returns the value at a path of names, nil where there is none.
func find(doc []byte, path []string) []byte {
	for _, name := range path {
		var fields map[string]json.RawMessage
		if json.Unmarshal(doc, &fields) != nil {
			return nil
		}
		doc = fields[name]
	}
	return doc
}
