package larktest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestFaultKinds(t *testing.T) {
	tests := []struct {
		name         string
		fault        Fault
		status, code int
		reset        string
	}{
		{"throttle", Fault{Kind: Throttle, Reset: 7 * time.Second}, 429, 99991400, "7"},
		{"throttle default", Fault{Kind: Throttle}, 429, 99991400, "1"},
		{"chat", Fault{Kind: ChatThrottle}, 400, 230020, ""},
		{"quota", Fault{Kind: Quota}, 429, 99991403, ""},
		{"verbatim", Fault{Kind: Verbatim, Reply: Reply{503, `{"code":1500}`, "text/plain"}}, 503, 1500, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			tt.fault.Times = 2
			b.Fail(tt.fault)
			for range 2 {
				r := b.sendRaw("oc_1", "text", `{"text":"x"}`).want(tt.code)
				if r.status != tt.status || r.header.Get("x-ogw-ratelimit-reset") != tt.reset {
					t.Errorf("got HTTP %d, %v, want HTTP %d and the reset %q", r.status, r.header, tt.status, tt.reset)
				}
			}
			b.send("oc_1", "x")
			if n := len(b.Messages("")); n != 1 {
				t.Errorf("got %d messages, want 1", n)
			}
		})
	}
}

func TestServerErrorIsAPage(t *testing.T) {
	b := newFixture(t)
	b.Fail(Fault{Kind: ServerError})
	for range 3 { // Times is 0
		if r := b.get("/open-apis/im/v1/chats"); r.status != 500 || !strings.HasPrefix(r.raw, "<html>") {
			t.Errorf("got HTTP %d %s, want HTTP 500 and a page", r.status, r.raw)
		}
	}
}

func TestMatchReadsTheBody(t *testing.T) {
	b := newFixture(t)
	b.Fail(Fault{Kind: Quota, Match: func(r *http.Request) bool {
		body, _ := io.ReadAll(r.Body)
		return strings.Contains(string(body), "oc_bad")
	}})
	b.send("oc_1", "x")
	b.sendRaw("oc_bad", "text", `{"text":"x"}`).want(99991403)
}

func TestLoseAnswerDoesTheWork(t *testing.T) {
	b := newFixture(t)
	b.Fail(Fault{Kind: LoseAnswer, Times: 1})
	s := httptest.NewServer(b)
	defer s.Close()
	post := func() (*http.Response, error) {
		r, err := http.NewRequest("POST", s.URL+"/open-apis/im/v1/messages?receive_id_type=chat_id",
			strings.NewReader(`{"receive_id":"oc_1","msg_type":"text","content":"{\"text\":\"x\"}","uuid":"u1"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+b.token)
		return http.DefaultClient.Do(r)
	}
	if _, err := post(); err == nil {
		t.Error("got the first answer, want a closed connection")
	}
	r, err := post()
	if err != nil || r.StatusCode != 200 {
		t.Fatal(r, err)
	}
	defer r.Body.Close()
	if n := len(b.Messages("oc_1")); n != 1 {
		t.Errorf("got %d messages, want 1", n)
	}
	calls := b.Calls()
	if first := calls[len(calls)-2]; first.Status != 0 {
		t.Errorf("got the status %d of the lost call, want 0", first.Status)
	}
}

func TestDelayEndsWithTheCaller(t *testing.T) {
	b := newFixture(t)
	b.Fail(Fault{Delay: time.Hour, Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "GET", "/open-apis/im/v1/chats", nil)
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("got the panic %v, want %v", err, http.ErrAbortHandler)
			}
		}()
		b.ServeHTTP(httptest.NewRecorder(), r)
	}()
	b.get("/open-apis/im/v1/chats").want(0)
}
