package target_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local/target"
)

// TestMain lets the tests run this binary as a command, in place of a program that a
// machine may lack.
func TestMain(m *testing.M) {
	switch os.Getenv("TARGET_TEST") {
	case "answer":
		event, _ := io.ReadAll(os.Stdin)
		fmt.Fprintln(os.Stderr, "printed")
		fmt.Printf("%s %q %s\n", event, os.Args[1:], os.Getenv("COLOUR"))
	case "fail":
		os.Exit(3)
	case "wait":
		select {} // all goroutines wait: Go ends the program unless it is killed first
	default:
		os.Exit(m.Run())
	}
}

// self returns a command that runs this binary, and its configuration.
func self(t *testing.T, what string, printed *output) (string, target.Config) {
	t.Helper()
	c := config(printed)
	c.Env = append(c.Env, "TARGET_TEST="+what)
	return "'" + os.Args[0] + "'", c
}

func TestCommand(t *testing.T) {
	var printed output
	spec, c := self(t, "answer", &printed)
	h, err := target.Parse(spec+` one "two three" ''`, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, want := invoke(t, h, `{"a":1}`), `{"a":1} ["one" "two three" ""] blue`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got, want := printed.String(), "printed\nprinted\n"; got != want {
		t.Errorf("printed: got %q, want %q", got, want)
	}
}

func TestCommandFails(t *testing.T) {
	spec, c := self(t, "fail", &output{})
	h, err := target.Parse(spec, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`1`)); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %v, want exit status 3", err)
	}
	for spec, want := range map[string]string{"": "empty", "  ": "empty", "''": "empty", "echo 'a": "quote"} {
		if _, err := target.Parse(spec, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", spec, err, want)
		}
	}
	missing, err := target.Parse("no-such-program --now", c)
	if err != nil {
		t.Fatal(err)
	}
	if err := missing.Start(); err == nil || !strings.Contains(err.Error(), "no-such-program --now") {
		t.Errorf("got %v, want that the command cannot be run", err)
	}
}

func TestCommandIsEndedAfterItsTimeout(t *testing.T) {
	spec, c := self(t, "wait", &output{})
	c.Timeout = time.Millisecond
	h, err := target.Parse(spec, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`1`)); err == nil || err.Error() != "no answer within 1ms" {
		t.Errorf("got %v, want that there is no answer within 1ms", err)
	}
}

func TestURL(t *testing.T) {
	status := http.StatusOK
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		fmt.Fprintf(w, "%s %s %s %s\n", r.Method, r.URL.Path, r.Header.Get("Content-Type"), body)
	}))
	defer site.Close()
	h, err := target.Parse(site.URL+"/hook", config(&output{}))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if got, want := invoke(t, h, `{"a":1}`), `POST /hook application/json; charset=utf-8 {"a":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, status = range []int{302, 400, 503} {
		if _, err := h.Invoke(t.Context(), []byte(`1`)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("got %v, want the status %d", err, status)
		}
	}
	if _, err := target.Parse("http://", config(&output{})); err == nil {
		t.Error("a URL without a host is not refused")
	}
}

func TestURLTimeout(t *testing.T) {
	over := make(chan struct{})
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer site.Close()
	defer close(over)
	c := config(&output{})
	c.Timeout = time.Millisecond
	h, err := target.Parse(site.URL, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(context.Background(), []byte(`1`)); err == nil || err.Error() != "no answer within 1ms" {
		t.Errorf("got %v, want that there is no answer within 1ms", err)
	}
}
