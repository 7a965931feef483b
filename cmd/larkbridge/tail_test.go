package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// tailing is larkbridge tail in this process.
type tailing struct {
	out, err *buffer
	stop     func() int // as Ctrl-C does; returns the exit code
}

// startTail starts larkbridge tail and waits until it shows events.
func startTail(t *testing.T, args ...string) tailing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	tail, code := tailing{out: &buffer{}, err: &buffer{}}, make(chan int, 1)
	p := program{out: tail.out, err: tail.err, getenv: func(string) string { return "" }, now: time.Now}
	ended := make(chan struct{})
	go func() {
		code <- p.run(ctx, append([]string{"tail"}, args...))
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	tail.stop = func() int { cancel(); return <-code }
	poll(t, func() bool {
		select {
		case <-ended:
			t.Fatalf("tail has ended: %s", tail.err)
		default:
		}
		return strings.Contains(tail.err.String(), "Events show here")
	})
	return tail
}

func TestTailOfTheLocalRun(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	all := startTail(t, "--url", r.url)
	some := startTail(t, "--url", r.url, "--json", "--pattern", `{"detail":{"message":{"text":[{"prefix":"deploy"}]}}}`)
	for _, text := range []string{"hello \x1b[2J", "deploy shop"} {
		if code, _, stderr := invoke(t.Context(), nil, "trigger", "im.message.receive_v1", "--text", text, "--url", r.url+"/event"); code != exitOK {
			t.Fatal(stderr)
		}
	}
	poll(t, func() bool {
		return strings.Contains(all.out.String(), "deploy shop") && strings.Contains(some.out.String(), "deploy shop")
	})
	if got := all.out.String(); !strings.Contains(got, "lark, app default: hello ·[2J\n") || strings.Contains(got, "\x1b") {
		t.Errorf("got\n%s\nwant both messages, without escape sequences", got)
	}
	if got := some.out.String(); strings.Contains(got, "hello") || strings.Count(got, "\n") != 1 || !json.Valid([]byte(got)) {
		t.Errorf("with a pattern: got %s, want one line of JSON", got)
	}
	for _, tail := range []tailing{all, some} {
		if code := tail.stop(); code != exitOK {
			t.Errorf("after Ctrl-C: got exit code %d and %s, want 0", code, tail.err)
		}
	}
}

func TestTailOfAStack(t *testing.T) {
	e := harness.StartEmulator(t)
	onAWS(t, e.Env()...)
	b, err := e.CreateBus(t.Context(), "larkbridge")
	if err != nil {
		t.Fatal(err)
	}
	tail := startTail(t, "--stack", "larkbridge", "--pattern", `{"source":["wanted"]}`)
	for _, source := range []string{"other", "wanted"} {
		if err := e.Call(t.Context(), "AWSEvents.PutEvents", map[string]any{"Entries": []any{map[string]string{
			"EventBusName": b.Name, "Source": source, "DetailType": "x", "Detail": "{}",
		}}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	poll(t, func() bool { return strings.Contains(tail.out.String(), "  wanted\n") })
	if code := tail.stop(); code != exitOK || strings.Contains(tail.out.String(), "other") {
		t.Errorf("got exit code %d, %s and %s, want 0 and the event of the pattern only", code, tail.out, tail.err)
	}
	for call, list := range map[string]string{"AWSEvents.ListRules": "Rules", "AmazonSQS.ListQueues": "QueueUrls"} {
		var answer map[string]json.RawMessage
		if err := e.Call(t.Context(), call, map[string]string{"EventBusName": b.Name}, &answer); err != nil {
			t.Fatal(err)
		}
		if left := string(answer[list]); left == "" || strings.Contains(left, "-tail-") { // those of the test bus are there
			t.Errorf("%s: got %s, want nothing of tail", call, left)
		}
	}
}
