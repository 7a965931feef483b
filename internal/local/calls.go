package local

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
)

// Calls records the calls made to Lark. It is safe for concurrent use.
type Calls struct {
	show func(Step)
	now  func() time.Time

	mu   sync.Mutex
	list []larktest.RecordedCall
}

// NewCalls returns an empty list that shows what is added.
func NewCalls(show func(Step), now func() time.Time) *Calls {
	return &Calls{show: show, now: now}
}

// Add records and shows a call, whose secrets must be masked already.
func (c *Calls) Add(call larktest.RecordedCall) {
	c.mu.Lock()
	c.list = append(c.list, call)
	c.mu.Unlock()
	note := fmt.Sprintf("%d, code %d", call.Status, call.Code)
	if call.Code != 0 {
		note += ": " + call.Msg
	}
	group, err := url.QueryUnescape(call.RequestID)
	if err != nil {
		group = "" // it is not one of ToStandIn
	}
	c.showCall(call, group, note, call.Code != 0)
}

func (c *Calls) showCall(call larktest.RecordedCall, group, note string, failed bool) {
	c.show(Step{Time: c.now(), Kind: StepLark, Note: note, Failed: failed, Group: group, Data: call,
		Subject: call.Method + " " + strings.TrimPrefix(call.Path, "/open-apis")})
}

// after returns the calls from the n-th on, counted from 0.
func (c *Calls) after(n int) []larktest.RecordedCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]larktest.RecordedCall{}, c.list[min(n, len(c.list)):]...)
}

// Watch returns a client that records each call of inner, for use with the real
// platform. It records no query, header or body, because they may be secret.
func (c *Calls) Watch(inner lark.HTTPDoer) lark.HTTPDoer { return watchedDoer{inner, c} }

type watchedDoer struct {
	inner lark.HTTPDoer
	calls *Calls
}

// Do makes the call.
func (w watchedDoer) Do(req *http.Request) (*http.Response, error) {
	call := larktest.RecordedCall{Time: w.calls.now(), Method: req.Method, Path: withoutHook(req.URL.Path)}
	resp, err := w.inner.Do(req)
	note := "no answer"
	if err == nil {
		call.Status, call.LogID = resp.StatusCode, resp.Header.Get("X-Tt-Logid")
		note = fmt.Sprintf("%d, log id %s", call.Status, call.LogID)
	}
	w.calls.mu.Lock()
	w.calls.list = append(w.calls.list, call)
	w.calls.mu.Unlock()
	w.calls.showCall(call, send.Group(req.Context()), note, err != nil || call.Status >= http.StatusBadRequest)
	return resp, err
}

// withoutHook masks the id of a webhook, because the id alone allows posting to it.
func withoutHook(path string) string {
	if before, _, ok := strings.Cut(path, "/hook/"); ok {
		return before + "/hook/***"
	}
	return path
}
