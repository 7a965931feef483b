package send_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// A program that uses the package has its own logger, which gets one line for
// each request and passes on what its level lets through.
func TestOwnLogger(t *testing.T) {
	const secret = "app-secret-text"
	platform := larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: secret}))
	server := httptest.NewServer(platform)
	defer server.Close()
	for level, want := range map[slog.Level][]string{
		slog.LevelDebug: {"DEBUG token fetched ", "INFO send true", "WARN send false"}, slog.LevelInfo: {"INFO send true", "WARN send false"},
		slog.LevelWarn: {"WARN send false"}, slog.LevelError: nil,
	} {
		var log bytes.Buffer
		memory := store.NewMemory(time.Now)
		settings := store.Documents{"default": `{"app_id":"` + larktest.AppID + `","app_secret":"` + secret + `","domain":"` + server.URL + `"}`}
		sender := &send.Sender{
			Apps: store.NewSettings(settings, nil, time.Now), HTTP: server.Client(), Tokens: memory, Claims: memory, Results: &bus.Memory{},
			Now: time.Now, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: level})),
		}
		sender.Observers = []send.Observer{send.Log(sender.Log)}
		payload := `{"requests":[{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}},{"message":{"to":{"chat_id":"not-a-chat"},"text":"hi"}}]}`
		if _, err := sender.Lambda(t.Context(), []byte(payload)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(log.String()) {
			var entry struct {
				Level, Msg string
				OK         json.RawMessage
			}
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatal(err)
			}
			got = append(got, entry.Level+" "+entry.Msg+" "+string(entry.OK))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", level, diff)
		}
	}
}

// logBuffer is the log of a sender.
type logBuffer struct{ bytes.Buffer }

// listen makes a sender log to a buffer.
func listen(f *fixture) *logBuffer {
	l := &logBuffer{}
	f.sender.Log = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.sender.Observers = []send.Observer{send.Log(f.sender.Log)}
	return l
}

// lines are the lines of requests.
func (l *logBuffer) lines(t *testing.T) []map[string]any {
	t.Helper()
	return harness.Lines(t, l.String(), "send")
}

// Every request leaves one line, whatever becomes of it, with these keys.
func TestLines(t *testing.T) {
	const (
		always = "id ms ok source "
		bad    = always + "code error kind retryable "
	)
	for name, tt := range map[string]struct {
		prepare func(f *fixture, ctx context.Context)
		payload string
		keys    string
	}{
		"done":        {nil, hi, always + "app verb lark_ms log_id"},
		"replayed":    {func(f *fixture, ctx context.Context) { _, _ = f.invoke(ctx, "", hi) }, hi, always + "app verb log_id replayed"},
		"in progress": {func(f *fixture, _ context.Context) { f.sender.Claims = inProgress{f.sender.Claims} }, hi, bad + "app verb"},
		"with a correlation": {nil, strings.Replace(hi, "{", `{"trace_id":"t-1","correlation_id":"e-1",`, 1),
			always + "app verb lark_ms log_id trace_id correlation_id"},
		"failed":      {nil, `{"message":{"to":{"chat_id":"not-a-chat"},"text":"hi"}}`, bad + "app verb lark_ms log_id"},
		"unknown app": {nil, `{"app":"other","recall":{"message_id":"om_1"}}`, bad + "app verb"},
		"wrong":       {nil, `{"recall":{}}`, bad + "app"},
		"unreadable":  {nil, `{"shout":{}}`, bad},
		"not due":     {nil, `{"recall":{"message_id":"om_1"},"not_before":253402300799}`, bad + "app verb"},
	} {
		t.Run(name, func(t *testing.T) {
			f, ctx := newFixture()
			if tt.prepare != nil {
				tt.prepare(f, ctx)
			}
			log := listen(f)
			_, _ = f.invoke(ctx, "request-id", tt.payload) // its error is in the line
			lines := log.lines(t)
			if len(lines) != 1 {
				t.Fatalf("%d lines: %s", len(lines), log)
			}
			harness.CheckKeys(t, lines[0], tt.keys)
		})
	}
}

// slowHTTP delays each call to Lark.
type slowHTTP struct {
	lark.HTTPDoer
	time.Duration
}

func (s slowHTTP) Do(req *http.Request) (*http.Response, error) {
	time.Sleep(s.Duration)
	return s.HTTPDoer.Do(req)
}

// The line tells apart what Lark took and what was waited: until the request
// was due, and after Lark had refused it for now.
func TestDurations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		log := listen(f)
		f.sender.HTTP = slowHTTP{f, 40 * time.Millisecond}
		f.platform.Fail(larktest.Fault{Times: 1, Match: isMessageCall, Kind: larktest.Throttle, Reset: 7 * time.Second})
		for i, doc := range []string{
			fmt.Sprintf(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"not_before":%d}`, time.Now().Add(10*time.Second).Unix()),
			`{"message":{"to":{"chat_id":"oc_2"},"text":"hi"}}`,
		} {
			if _, err := f.invoke(ctx, fmt.Sprint(i), doc); err != nil {
				t.Fatal(err)
			}
		}
		lines := log.lines(t)
		ms, wait := lines[0]["ms"].(float64), lines[0]["wait_ms"].(float64)
		if lines[0]["lark_ms"] != 120.0 || wait < 17_000 || wait > 19_000 || ms-wait < 120 || ms-wait > 121 {
			t.Errorf("token, throttled, sent: %v", lines[0])
		}
		if lines[1]["lark_ms"] != 40.0 || lines[1]["ms"] != 40.0 || lines[1]["wait_ms"] != nil {
			t.Errorf("nothing to wait for: %v", lines[1])
		}
	})
}
