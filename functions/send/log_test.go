package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const (
	good = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"on_error":"return"}`
	bad  = `{"message":{"to":{"chat_id":"not-a-chat"},"text":"hi"},"on_error":"return"}`
)

// The function writes what its log level lets pass: a success is news, a
// failure a warning.
func TestLogLevel(t *testing.T) {
	for level, want := range map[string]string{"DEBUG": "INFO WARN", "INFO": "INFO WARN", "WARN": "WARN", "ERROR": ""} {
		t.Run(level, func(t *testing.T) {
			s, _ := newLark(t)
			f := s.Start("send", "AWS_LAMBDA_LOG_LEVEL="+level)
			for _, payload := range []string{good, bad} {
				if _, err := f.Invoke(t.Context(), []byte(payload)); err != nil {
					t.Fatal(err)
				}
			}
			var levels []string
			for line := range strings.Lines(f.Logs()) {
				if m := regexp.MustCompile(`"level":"(\w+)".*"(?:msg|message)":"send"`).FindStringSubmatch(line); m != nil {
					levels = append(levels, m[1])
				}
			}
			if got := strings.Join(levels, " "); got != want {
				t.Errorf("lines of %q, want %q\n%s", got, want, f.Logs())
			}
		})
	}
}

// The log of a marketplace app at DEBUG, which asks for a new ticket and gets
// each kind of token, holds none of them. The stage looks for the app's own
// secrets.
func TestLogHoldsNoSecrets(t *testing.T) {
	s, platform, url := newPlatform(t, larktest.App{Marketplace: true})
	s.PutApp("default", map[string]any{"domain": url, "type": "marketplace", "help_desk_id": "1", "help_desk_token": "help-desk-secret-text"})
	s.Secret("help-desk-secret-text")
	f := s.Start("send")
	call := func(payload string) {
		t.Helper()
		if _, err := f.Invoke(t.Context(), []byte(payload)); err != nil {
			t.Fatal(err)
		}
	}
	inTenant := strings.Replace(good, "{", `{"tenant_key":"tk_1",`, 1)
	call(inTenant) // without a ticket
	platform.OnTicket(func(_, ticket string) {
		s.Secret(ticket)
		err := s.Call(t.Context(), "DynamoDB_20120810.PutItem", map[string]any{"TableName": stage.Table, "Item": map[string]any{
			"pk": map[string]string{"S": "tkt#" + larktest.AppID}, "val": map[string]string{"S": ticket},
			"issued": map[string]string{"N": strconv.FormatInt(time.Now().UnixMilli(), 10)},
		}}, nil)
		if err != nil {
			t.Error(err)
		}
	})
	platform.IssueTicket(larktest.AppID)
	call(inTenant)
	call(`{"request":{"method":"GET","path":"im/v1/chats","helpdesk":true},"tenant_key":"tk_1"}`)
	call(`{"request":{"method":"GET","path":"im/v1/chats","user_access_token":"user-secret-text"},"on_error":"return"}`)
	call(`{"webhook":{"url":"` + url + `/open-apis/bot/v2/hook/hook-secret-text","secret":"sign-secret-text","text":"hi"},"on_error":"return"}`)
	if n := platform.TokenCalls(); n != 2 {
		t.Errorf("got %d token calls, want 2", n)
	}
	// The stand-in's tokens and tickets are such texts.
	if found := regexp.MustCompile(`\b(t-|a-)?[A-Z2-7]{26}\b|Bearer|secret-text`).FindString(f.Logs()); found != "" {
		t.Errorf("got %q in the log, want no secret:\n%s", found, f.Logs())
	}
}

// Two processes have one token, in an item that DynamoDB deletes after its end.
func TestSharedToken(t *testing.T) {
	s, platform, url := newPlatform(t, larktest.App{})
	for range 2 {
		invoke(t, s.Start("send"), good)
	}
	if n := platform.TokenCalls(); n != 1 {
		t.Errorf("got %d token calls, want 1", n)
	}
	key := "tok#" + url + "#" + larktest.AppID + "#tenant_access_token#"
	item := s.Item(key)
	ttl, err := strconv.ParseInt(item["ttl"]["N"], 10, 64)
	if end := time.Unix(ttl, 0); err != nil || end.Before(time.Now().Add(2*time.Hour)) || end.After(time.Now().Add(4*time.Hour)) {
		t.Errorf("%s: got the TTL %v, %v of %v, want 2 to 4 h", key, end, err, item)
	}
}
