package larktest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is what a [Fault] does to a call.
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

// Fault is a rule that makes calls fail or slow.
type Fault struct {
	// Match reports whether the rule applies to a call; nil stands for all calls. It may
	// read the body of a call that is not a form. It runs under the platform's lock and
	// must not use the platform.
	Match func(*http.Request) bool
	// Times is how many calls the rule applies to; 0 stands for all.
	Times int
	Kind  FaultKind
	// Delay is how long the platform waits before anything else. If the caller cancels
	// its request during that time, the call does nothing.
	Delay time.Duration
	// Reset is how long Throttle asks the caller to wait, in whole seconds; the
	// default is one second.
	Reset time.Duration
	Reply Reply
}

// Reply is the answer of a [Verbatim] fault.
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

// takeFault returns the rule that applies to x, and counts that it was applied. It
// returns the zero rule if there is none.
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

// answer returns the answer to x, changed by the fault that matches x.
func (p *Platform) answer(x *exchange) *answer {
	f := p.takeFault(x)
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-x.Context().Done():
			return &answer{lost: true, msg: "the caller canceled its request"}
		}
	}
	switch f.Kind {
	case Throttle:
		a := failureAnswer(x, fail(99991400, "request trigger frequency limit").withStatus(http.StatusTooManyRequests))
		a.header.Set("X-Ogw-Ratelimit-Limit", "50")
		a.header.Set("X-Ogw-Ratelimit-Reset", strconv.Itoa(max(1, int(f.Reset/time.Second))))
		return a
	case ChatThrottle:
		return failureAnswer(x, chatThrottled())
	case Quota:
		return failureAnswer(x, fail(99991403, "this month's API call quota has been exceeded").withStatus(http.StatusTooManyRequests))
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
