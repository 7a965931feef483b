package larktest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind says what goes wrong.
type FaultKind int

const (
	// None answers as usual, after the delay.
	None FaultKind = iota
	// Throttle answers 99991400 with HTTP 429 and the header
	// x-ogw-ratelimit-reset ("api-call-guide", rate limits).
	Throttle
	// ChatThrottle answers 230020 with HTTP 400 and no header: too many
	// messages to one receiver ("im-v1/message/create").
	ChatThrottle
	// Quota answers 99991403 with HTTP 429: the monthly quota is used up.
	Quota
	// ServerError answers HTTP 500 with an HTML page, as gateways do.
	ServerError
	// LoseAnswer does the work, then closes the connection without an answer.
	LoseAnswer
	// Verbatim answers with Fault.Reply.
	Verbatim
)

// Fault is a rule for calls that go wrong.
type Fault struct {
	// Match picks the calls; nil picks all. It may read the body of a call
	// that is not a form. It runs under the platform's lock and must not use
	// the platform.
	Match func(*http.Request) bool
	// Times is how many calls go wrong; 0 is for ever.
	Times int
	Kind  FaultKind
	// Delay comes before all else. It ends early, with the call not done,
	// when the caller gives up.
	Delay time.Duration
	// Reset is what Throttle tells the caller to wait, in whole seconds; the
	// default is one.
	Reset time.Duration
	Reply Reply
}

// Reply is an answer to give as it stands.
type Reply struct {
	Status      int
	Body        string
	ContentType string
}

// Fail adds a rule. Of the rules that match a call the oldest applies.
func (p *Platform) Fail(rule Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &rule)
}

// takeFault returns the rule for x, counted, or the zero rule.
func (p *Platform) takeFault(x *exchange) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range p.faults {
		x.Body = io.NopCloser(bytes.NewReader(x.body))
		if f.Match != nil && !f.Match(x.Request) {
			continue
		}
		if f.Times == 1 {
			p.faults = slices.Delete(p.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return *f
	}
	return Fault{}
}

// answer serves x, or lets it go wrong.
func (p *Platform) answer(x *exchange) *answer {
	f := p.takeFault(x)
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-x.Context().Done():
			return &answer{lost: true, msg: "caller gave up"}
		}
	}
	switch f.Kind {
	case Throttle:
		a := refusal(x, fail(99991400, "request trigger frequency limit").with(http.StatusTooManyRequests))
		a.header.Set("X-Ogw-Ratelimit-Limit", "50")
		a.header.Set("X-Ogw-Ratelimit-Reset", strconv.Itoa(max(1, int(f.Reset/time.Second))))
		return a
	case ChatThrottle:
		return refusal(x, chatThrottled())
	case Quota:
		return refusal(x, fail(99991403, "this month's API call quota has been exceeded").with(http.StatusTooManyRequests))
	case ServerError:
		return newAnswer(x, http.StatusInternalServerError, "text/html",
			[]byte("<html><body><h1>500 Internal Server Error</h1></body></html>"))
	case LoseAnswer:
		a := p.serve(x)
		a.lost = true
		return a
	case Verbatim:
		return newAnswer(x, f.Reply.Status, f.Reply.ContentType, []byte(f.Reply.Body))
	}
	return p.serve(x)
}
