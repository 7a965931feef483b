package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// caseWant is what must come of a case; what it does not name does not count.
type caseWant struct {
	Sent         []wantSent
	Calls        *int
	CallsAtMost  *int `json:"calls_at_most"`
	Requests     []wantCall
	Result       *wantResult
	ErrorText    []string        `json:"error_text"`
	Raises       json.RawMessage // "null" as against nothing
	Back         []string        `json:"batch_item_failures"`
	PutOff       *wantRange      `json:"put_off_s"`
	Bus          *wantBus
	Within       float64  `json:"answered_within_s"`
	KeptDays     int      `json:"kept_days"`
	NowhereElse  []string `json:"nowhere_else"`
	LogAtMost    int      `json:"log_bytes_at_most"`
	Stored       *wantStored
	OutsideFiles bool `json:"outside_files"`
	Stream       *wantStream
}

type wantSent struct {
	MsgType     string `json:"msg_type"`
	ReceiveID   string `json:"receive_id"`
	ReplyTo     string `json:"reply_to"`
	InThread    *bool  `json:"in_thread"`
	Contains    []string
	Absent      []string
	Title       []string `json:"title_contains"`
	Colour      string
	Link        []string `json:"link_contains"`
	LinkAbsent  []string `json:"link_absent"`
	Mentions    *int
	BytesAtMost int `json:"bytes_at_most"`
}

type wantStream struct {
	Cards    *int
	Contains []string
	Closed   bool
}

type wantCall struct {
	Method, Path string
	Body         []string `json:"body_contains"`
}

type wantResult struct {
	OK        *bool
	Kind      string
	Retryable *bool
	ErrorType json.RawMessage `json:"error_type"`
	Code      json.RawMessage
	Contains  []string
	Absent    []string
	Data      json.RawMessage
	DataLacks []string `json:"data_lacks"`
	Results   *int
}

type wantRange struct {
	AtLeast int `json:"at_least"`
	AtMost  int `json:"at_most"`
}

type wantBus struct {
	DetailType    json.RawMessage `json:"detail_type"`
	Entries       *int
	EntriesAtMost *int `json:"entries_at_most"`
	Contains      []string
	Absent        []string
	BytesAtMost   int `json:"bytes_at_most"`
}

type wantStored struct {
	Prefix   string
	Count    int
	Contents []string
}

// complaints collects what is wrong.
type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }

// contains wants each text somewhere in a document, as it is or as JSON has it.
func (c *complaints) contains(where, doc string, texts []string) {
	for _, text := range texts {
		if !strings.Contains(doc, text) && !strings.Contains(doc, strings.Trim(string(encodeCase(text)), `"`)) {
			c.add("%s: want %q, got %.600s", where, text, doc)
		}
	}
}

func (c *complaints) absent(where, doc string, texts []string) {
	for _, text := range texts {
		if strings.Contains(doc, text) {
			c.add("%s: %q must not be there: %.600s", where, text, doc)
		}
	}
}

func (l *caseEnv) judge(g caseGiven, w caseWant, o caseOutcome) []string {
	var c complaints
	if errors.Is(o.err, harness.ErrTimeout) || errors.Is(o.err, harness.ErrExited) {
		c.add("the invocation: %v", o.err)
	}
	if w.OutsideFiles {
		l.judgeFiles(&c, o)
		return c
	}
	l.judgeCalls(&c, w)
	if w.Sent != nil {
		l.judgeSent(&c, w.Sent)
	}
	if w.Stream != nil {
		l.judgeStream(&c, *w.Stream)
	}
	if w.Result != nil {
		judgeResult(&c, *w.Result, w.ErrorText, o)
	}
	if w.Raises != nil {
		judgeType(&c, w.Raises, o.err)
	}
	if w.Back != nil {
		judgeBack(&c, w.Back, o)
	}
	if g.Source != "invoke" && w.Raises == nil && o.err != nil {
		c.add("the invocation failed: %v", o.err)
	}
	if w.Bus != nil {
		judgeBus(&c, *w.Bus, l.aws.Entries())
	}
	if w.Within > 0 && o.elapsed.Seconds() > w.Within {
		c.add("answered after %v, want %v s", o.elapsed, w.Within)
	}
	if w.LogAtMost > 0 && len(o.log) > w.LogAtMost {
		c.add("%d bytes of log, want at most %d", len(o.log), w.LogAtMost)
	}
	l.judgeKept(&c, w, o)
	return c
}

func (l *caseEnv) judgeCalls(c *complaints, w caseWant) {
	calls := l.lark.recorded()
	if w.Calls != nil && len(calls) != *w.Calls {
		c.add("%d calls to Lark, want %d: %.400v", len(calls), *w.Calls, calls)
	}
	if w.CallsAtMost != nil && len(calls) > *w.CallsAtMost {
		c.add("%d calls to Lark, want at most %d", len(calls), *w.CallsAtMost)
	}
	for _, want := range w.Requests {
		if !slices.ContainsFunc(calls, want.is) {
			c.add("no call %+v in %.600v", want, calls)
		}
	}
}

func (w wantCall) is(call caseCall) bool {
	if w.Method != "" && call.method != w.Method || !strings.Contains(strings.ToLower(call.target), strings.ToLower(w.Path)) {
		return false
	}
	for _, text := range w.Body {
		escaped := strings.Trim(string(encodeCase(text)), `"`)
		if !strings.Contains(call.body, text) && !strings.Contains(call.body, escaped) {
			return false
		}
	}
	return true
}

// judgeSent finds a message for each that is wanted, in any order.
func (l *caseEnv) judgeSent(c *complaints, want []wantSent) {
	got := l.lark.sent()
	if len(got) != len(want) {
		c.add("%d messages arrived, want %d: %.600v", len(got), len(want), got)
		return
	}
	for _, w := range want {
		var best complaints
		at := -1
		for i, m := range got {
			problems := l.compare(w, m)
			if at < 0 || len(problems) < len(best) {
				best, at = problems, i
			}
		}
		*c = append(*c, best...)
		if len(best) == 0 {
			got = slices.Delete(got, at, at+1)
		}
	}
}

// judgeStream looks at the cards with a card entity that were sent.
func (l *caseEnv) judgeStream(c *complaints, want wantStream) {
	entities := map[string]larktest.CardEntity{}
	for _, e := range l.lark.platform.CardEntities() {
		entities[e.MessageID] = e
	}
	cards := 0
	var text strings.Builder
	for _, m := range l.lark.sent() {
		text.WriteString(see(m).text.String())
		e, ok := entities[m.ID]
		if !ok {
			continue
		}
		if cards++; e.Streaming == want.Closed {
			c.add("card %s: streaming mode %v, want closed: %v", e.ID, e.Streaming, want.Closed)
		}
	}
	if want.Cards != nil && cards != *want.Cards {
		c.add("%d cards were sent, want %d", cards, *want.Cards)
	}
	for _, words := range want.Contains {
		if !reads(text.String(), words) {
			c.add("nobody reads %q in %.1500s", words, text.String())
		}
	}
}

func oneOf(choices, got string) bool { return slices.Contains(strings.Split(choices, "|"), got) }

// compare says how a message differs from what is wanted.
func (l *caseEnv) compare(w wantSent, m larktest.Message) (c complaints) {
	v := see(m)
	receiver := m.ReceiveID
	if m.ReceiveIDType == "webhook" {
		receiver = "webhook"
	}
	if w.MsgType != "" && !oneOf(w.MsgType, m.MsgType) {
		c.add("a message of type %s, want %s", m.MsgType, w.MsgType)
	}
	if w.ReceiveID != "" && receiver != w.ReceiveID {
		c.add("to %s, want %s", receiver, w.ReceiveID)
	}
	if w.ReplyTo != "" && m.ParentID != w.ReplyTo {
		c.add("a reply to %q, want %q", m.ParentID, w.ReplyTo)
	}
	if w.InThread != nil && m.InThread != *w.InThread {
		c.add("in a thread: %v, want %v", m.InThread, *w.InThread)
	}
	for _, text := range w.Contains {
		if !reads(v.text.String(), text) {
			c.add("nobody reads %q in %.1500s", text, v.text.String())
		}
	}
	for _, text := range w.Absent {
		if reads(v.text.String(), text) {
			c.add("%q is to be read in %.600s", text, v.text.String())
		}
	}
	for _, text := range w.Title {
		if !reads(v.title, text) {
			c.add("the title is %q, want %q in it", v.title, text)
		}
	}
	if w.Colour != "" && !slices.ContainsFunc(strings.Split(w.Colour, "|"), func(name string) bool { return slices.Contains(colours[name], v.colour) }) {
		c.add("the title is %s, want %s", v.colour, w.Colour)
	}
	if w.Link != nil && !slices.ContainsFunc(v.links, func(link string) bool { return leads(link, w.Link) }) {
		c.add("no link with %q in %q", w.Link, v.links)
	}
	if slices.ContainsFunc(w.LinkAbsent, func(fragment string) bool {
		return slices.ContainsFunc(v.links, func(link string) bool { return leads(link, []string{fragment}) })
	}) {
		c.add("a link must not have %q: %q", w.LinkAbsent, v.links)
	}
	if w.Mentions != nil && v.mentions != *w.Mentions {
		c.add("it notifies %d, want %d", v.mentions, *w.Mentions)
	}
	if w.BytesAtMost > 0 {
		for _, call := range l.lark.recorded() {
			if len(call.body) > w.BytesAtMost {
				c.add("a call of %d bytes, want at most %d", len(call.body), w.BytesAtMost)
			}
		}
	}
	return c
}

// resultOf is the result of a caller who waits, and its document: that of an
// error is its message.
func resultOf(o caseOutcome) (doc string, r struct {
	OK    bool
	Code  json.Number
	Data  json.RawMessage
	Error struct {
		Kind      string
		Code      json.Number
		Msg       string
		Retryable bool
	}
	Results []json.RawMessage
}) {
	if failed, ok := errors.AsType[*harness.FunctionError](o.err); ok {
		_ = json.Unmarshal([]byte(failed.Message), &r.Error) // else it has no kind
		r.Code = r.Error.Code
		return failed.Message, r
	}
	_ = json.Unmarshal(o.out, &r) // else it has nothing
	return string(o.out), r
}

func judgeResult(c *complaints, w wantResult, errorText []string, o caseOutcome) {
	doc, r := resultOf(o)
	if w.OK != nil && r.OK != *w.OK {
		c.add("ok is %v, want %v: %.600s %v", r.OK, *w.OK, doc, o.err)
	}
	if w.Kind != "" && !oneOf(w.Kind, r.Error.Kind) {
		c.add("kind is %q, want %q: %.600s", r.Error.Kind, w.Kind, doc)
	}
	if w.Retryable != nil && r.Error.Retryable != *w.Retryable {
		c.add("retryable is %v, want %v: %.600s", r.Error.Retryable, *w.Retryable, doc)
	}
	if w.ErrorType != nil {
		judgeType(c, w.ErrorType, o.err)
	}
	if w.Code != nil && string(w.Code) != string(r.Code) {
		c.add("code is %s, want %s", r.Code, w.Code)
	}
	c.contains("the result", doc, w.Contains)
	c.absent("the result", doc, w.Absent)
	c.contains("the error's text", r.Error.Msg, errorText)
	if w.Data != nil {
		if problem := casefile.Match(w.Data, r.Data); problem != "" {
			c.add("data%s", problem)
		}
	}
	var names map[string]json.RawMessage
	_ = json.Unmarshal(r.Data, &names) // else it has no names
	for _, name := range w.DataLacks {
		if names[name] != nil {
			c.add("data has %s", name)
		}
	}
	if w.Results != nil && len(r.Results) != *w.Results {
		c.add("%d results, want %d: %.600s %v", len(r.Results), *w.Results, doc, o.err)
	}
}

// judgeType compares the error type of an invocation; null is none.
func judgeType(c *complaints, want json.RawMessage, err error) {
	var w string
	_ = json.Unmarshal(want, &w) // null leaves ""
	got := ""
	if failed, ok := errors.AsType[*harness.FunctionError](err); ok {
		got = failed.Type
	}
	if got != w {
		c.add("error type %q, want %q (%v)", got, w, err)
	}
}

func judgeBack(c *complaints, want []string, o caseOutcome) {
	var answer struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	if err := json.Unmarshal(o.out, &answer); err != nil || answer.BatchItemFailures == nil {
		c.add("the queue's answer is %.300s, %v", o.out, o.err)
		return
	}
	got := []string{}
	for _, f := range answer.BatchItemFailures {
		got = append(got, o.number[f.ItemIdentifier])
	}
	sort.Strings(got)
	if !slices.Equal(got, want) {
		c.add("to come back: %v, want %v; log: %.700s", got, want, o.log)
	}
}

func judgeBus(c *complaints, w wantBus, entries []fakeaws.Entry) {
	all := string(encodeCase(entries))
	if w.DetailType != nil {
		var want string
		_ = json.Unmarshal(w.DetailType, &want) // null leaves ""
		if want == "" && len(entries) > 0 || want != "" && len(entries) == 0 {
			c.add("on the bus: %.600s, want %q", all, want)
		}
		for _, e := range entries {
			if want != "" && e.DetailType != want {
				c.add("on the bus: %.600s, want %q", all, want)
			}
		}
	}
	if w.Entries != nil && len(entries) != *w.Entries {
		c.add("%d entries on the bus, want %d", len(entries), *w.Entries)
	}
	if w.EntriesAtMost != nil && len(entries) > *w.EntriesAtMost {
		c.add("%d entries on the bus, want at most %d", len(entries), *w.EntriesAtMost)
	}
	c.contains("the bus", all, w.Contains)
	c.absent("the bus", all, w.Absent)
	for _, e := range entries {
		if w.BytesAtMost > 0 && len(e.Detail) > w.BytesAtMost {
			c.add("an entry of %d bytes, want at most %d", len(e.Detail), w.BytesAtMost)
		}
	}
}

// judgeKept looks at what is left in the table, in S3 and with the queue.
func (l *caseEnv) judgeKept(c *complaints, w caseWant, o caseOutcome) {
	if w.PutOff != nil {
		delays := l.aws.Delays()
		if len(delays) != 1 || delays[0].Seconds < w.PutOff.AtLeast || delays[0].Seconds > w.PutOff.AtMost {
			c.add("put off by %+v, want %+v", delays, *w.PutOff)
		}
	}
	if w.KeptDays > 0 && !l.keeps(w.KeptDays) {
		c.add("no result is kept for %d days: %v", w.KeptDays, l.aws.Items())
	}
	if w.NowhereElse != nil {
		c.absent("the bus", string(encodeCase(l.aws.Entries())), w.NowhereElse)
		c.absent("the table", l.table(), w.NowhereElse)
		c.absent("the log", o.log, w.NowhereElse)
	}
	if w.Stored != nil {
		l.judgeStored(c, *w.Stored)
	}
}

func (l *caseEnv) judgeStored(c *complaints, w wantStored) {
	objects := l.aws.Objects(stage.Bucket, w.Prefix)
	if len(objects) != w.Count {
		c.add("%d objects under %s, want %d", len(objects), w.Prefix, w.Count)
	}
	for _, text := range w.Contents {
		found := false
		for _, content := range objects {
			found = found || strings.Contains(string(content), text)
		}
		if !found {
			c.add("no object holds %q: %.300s", text, fmt.Sprint(objects))
		}
	}
}

// keeps reports whether an item with a result stays so many days.
func (l *caseEnv) keeps(days int) bool {
	for _, item := range l.aws.Items() {
		var ttl int64
		_, _ = fmt.Sscan(fmt.Sprint(item["ttl"]["N"]), &ttl) // else it is 0
		if item["res"] != nil && time.Until(time.Unix(ttl, 0)) > time.Duration(days)*24*time.Hour-time.Hour {
			return true
		}
	}
	return false
}

// table is all that the table holds, binary values as they are.
func (l *caseEnv) table() string {
	var b strings.Builder
	for key, item := range l.aws.Items() {
		// Tokens are in the table: that of the app itself is no answer's.
		if strings.HasPrefix(key, "tok#") {
			continue
		}
		fmt.Fprintln(&b, key)
		for _, value := range item {
			for kind, v := range value {
				text := fmt.Sprint(v)
				if raw, err := base64.StdEncoding.DecodeString(text); kind == "B" && err == nil {
					text = string(raw)
				}
				fmt.Fprintln(&b, text)
			}
		}
	}
	return b.String()
}

// judgeFiles wants the function to refuse a place outside files/, or its role
// not to allow it.
func (l *caseEnv) judgeFiles(c *complaints, o caseOutcome) {
	_, r := resultOf(o)
	if r.Error.Kind == "validation" && len(l.lark.recorded()) == 0 {
		return
	}
	root, err := os.ReadFile(filepath.Join("..", "..", "template.yaml"))
	if err != nil || !strings.Contains(string(root), "${Bucket.Arn}/files/*") {
		c.add("a place outside files/ is not refused: %v", o.err)
	}
}
