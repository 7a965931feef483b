package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/ask"
)

// A question is asked in the local run and answered by a click on its card: the exit
// code says which choice was made.
func TestAskInTheLocalRun(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	for choice, want := range map[string]int{"Approve": 0, "Reject": 3, "Later": 4} {
		done := make(chan string)
		go func() {
			code, out, stderr := invoke(context.Background(), nil, "ask", "Release?", "--url", r.url, "--to", "oc_ask",
				"--choice", "Approve", "--choice", "Reject", "--choice", "Later", "--text", "asked for "+choice)
			done <- fmt.Sprintf("%d %s%s", code, out, regexp.MustCompile("Asked .*\n").ReplaceAllString(stderr, ""))
		}()
		value := fmt.Sprintf(`{"larkbridge_ask":%q,"choice":%q}`, r.askID(t, "asked for "+choice), choice)
		if code, out, stderr := invoke(t.Context(), nil, "trigger", "card.action.trigger", "--url", r.url+"/card", "--value", value); code != 0 || !strings.Contains(out, "has been answered") {
			t.Errorf("clicking %s: exit code %d, %s%s", choice, code, out, stderr)
		}
		if got := <-done; got != fmt.Sprintf("%d %s\n", want, choice) {
			t.Errorf("got %q, want the exit code %d and %s", got, want, choice)
		}
	}
}

// askID returns the id of the question whose card has a text.
func (r *running) askID(t *testing.T, text string) (id string) {
	t.Helper()
	found := regexp.MustCompile(text + `[^\n]*?larkbridge_ask\W+([0-9a-f]+)`)
	poll(t, func() bool {
		resp, err := http.Get(r.url + "/api/cards")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		doc, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if match := found.FindSubmatch(doc); match != nil {
			id = string(match[1])
		}
		return id != ""
	})
	return id
}

// A question that ends without an answer, and one that send refuses, are failures.
func TestAskWithoutAnAnswer(t *testing.T) {
	for output, want := range map[string]string{
		`{"ok":true,"data":{"ask_id":"a1","state":"expired"}}`:      "larkbridge: the question has no answer: it is expired",
		`{"ok":false,"error":{"msg":"the bot is not in the chat"}}`: "larkbridge: the bot is not in the chat",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, output) }))
		defer server.Close()
		code, _, stderr := invoke(t.Context(), nil, "ask", "Go?", "--to", "oc_1", "--url", server.URL)
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("got the exit code %d and %q, want 1 and %q", code, stderr, want)
		}
	}
	if code, _, stderr := invoke(t.Context(), nil, "ask", "Go?"); code != 2 || !strings.Contains(stderr, "give --to") {
		t.Errorf("got the exit code %d and %q, want 2 and what is missing", code, stderr)
	}
}

// A question whose command is interrupted is withdrawn.
func TestAskInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	withdrawn := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		state := ask.Open
		switch {
		case strings.Contains(string(body), `"check"`):
			cancel()
		case strings.Contains(string(body), `"withdraw":"a1"`):
			state = ask.Withdrawn
			withdrawn <- true
		}
		fmt.Fprintf(w, `{"ok":true,"data":{"ask_id":"a1","state":%q}}`, state)
	}))
	defer server.Close()
	if code, _, stderr := invoke(ctx, nil, "ask", "Go?", "--to", "oc_1", "--url", server.URL); code != 1 || !strings.Contains(stderr, "interrupted") || len(withdrawn) != 1 {
		t.Errorf("got the exit code %d and %q, and %d questions withdrawn, want 1 and 1", code, stderr, len(withdrawn))
	}
}
