// Package metric counts what happens in the functions.
//
// It writes CloudWatch's embedded metric format: a line in the log that
// CloudWatch turns into a metric, without a call. Whatever the log level is, it
// lets these lines pass. The constants of type [Name] describe every metric.
package metric

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"
)

// Namespace is the CloudWatch namespace of every metric.
const Namespace = "Larkbridge"

// Name is the name of a metric.
type Name string

// The metrics of the functions event and card.
const (
	// Refused counts requests that did not prove that they come from Lark. They
	// were answered with 401.
	Refused Name = "Refused"
	// Unreadable counts requests whose signature proves that they come from Lark,
	// but whose body cannot be decrypted or is not one JSON object. They were
	// answered with 400.
	Unreadable Name = "Unreadable"
	// PublishFailed counts deliveries of events that EventBridge did not take.
	// They were answered with 503, and Lark delivers them again.
	PublishFailed Name = "PublishFailed"
	// CardFallback counts clicks that were answered with the app's card_toast,
	// because the card handler failed or did not answer in time.
	CardFallback Name = "CardFallback"
	// ClickLost counts clicks that are not on the bus. Lark does not deliver a
	// click again.
	ClickLost Name = "ClickLost"
	// TicketStored counts the app_tickets of a marketplace app that were stored.
	// Lark sends one each hour. The app is a dimension of this metric.
	TicketStored Name = "TicketStored"
)

// The metrics of the function send.
const (
	// SendFailed counts requests that failed and are not tried again.
	SendFailed Name = "SendFailed"
	// Throttled counts requests that failed because Lark limits their rate.
	Throttled Name = "Throttled"
	// TokenFailed counts requests that failed because Lark refuses the app's
	// credentials or a token.
	TokenFailed Name = "TokenFailed"
	// ResultLost counts results that are not on the bus.
	ResultLost Name = "ResultLost"
	// TokenStoreFailed counts reads and writes of tokens and app_tickets that
	// failed in the table. The call to Lark goes on with a token of its own.
	TokenStoreFailed Name = "TokenStoreFailed"
)

// The metrics of all functions.
const (
	// DedupeBypassed counts events and requests that were processed, or refused
	// when the parameter DedupeFailure is closed, while the table could not be
	// reached. What was processed may have been processed before.
	DedupeBypassed Name = "DedupeBypassed"
	// MarkFailed counts events and requests that were processed, but whose claim
	// could not be completed in the table. Their next delivery is processed
	// again.
	MarkFailed Name = "MarkFailed"
)

// All returns the names of all metrics, in the order of the alphabet.
func All() []Name {
	return []Name{
		CardFallback, ClickLost, DedupeBypassed, MarkFailed, PublishFailed, Refused, ResultLost, SendFailed, Throttled,
		TicketStored, TokenFailed, TokenStoreFailed, Unreadable,
	}
}

// Dimensions returns the dimensions of the metric. The stack is one of each
// metric, so that an alarm needs no arithmetic over functions, and two stacks of
// an account have metrics of their own. No dimension has values that come from
// outside: each value is billed.
func (n Name) Dimensions() []string {
	if n == TicketStored {
		return []string{"Stack", "App"}
	}
	return []string{"Stack"}
}

// Counter counts for one function of a stack. It is safe for concurrent use.
type Counter struct {
	stack, function, level string
	now                    func() time.Time

	mu  sync.Mutex
	out io.Writer
}

// New makes a counter for the named function of a stack that writes to out. The
// level is the log level that is set for the function, "" for INFO: Lambda drops
// lines of a lower level, so each line has this one.
func New(out io.Writer, stack, function, level string, now func() time.Time) *Counter {
	return &Counter{stack: stack, function: function, level: cmp.Or(level, "INFO"), now: now, out: out}
}

type definition struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []map[string]string
}

// Count adds one to a metric. The app is the name that the settings give to an
// app; metrics that do not have the dimension App leave it out.
func (c *Counter) Count(name Name, app string) {
	dimensions := name.Dimensions()
	now := c.now()
	line := map[string]any{
		"level": c.level, "timestamp": now.UTC().Format(time.RFC3339Nano), // without both, Lambda takes the line as INFO
		"_aws": map[string]any{
			"Timestamp": now.UnixMilli(),
			"CloudWatchMetrics": []definition{{
				Namespace: Namespace, Dimensions: [][]string{dimensions},
				Metrics: []map[string]string{{"Name": string(name), "Unit": "Count"}},
			}},
		},
		"Stack": c.stack, "Function": c.function, string(name): 1,
	}
	if slices.Contains(dimensions, "App") {
		line["App"] = app
	}
	doc, _ := json.Marshal(line) // never fails for strings and numbers
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.out.Write(append(doc, '\n'))
}
