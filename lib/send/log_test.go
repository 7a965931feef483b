package send_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"larkbridge/lib/bus"
	"larkbridge/lib/sample"
	"larkbridge/lib/send"
	"larkbridge/lib/standin"
	"larkbridge/lib/store"
)

// A program that uses the package has its own logger, which gets one line for
// each request and passes on what its level lets through.
func TestOwnLogger(t *testing.T) {
	const secret = "app-secret-text"
	platform := standin.New(standin.WithApps(standin.App{ID: sample.AppID, Secret: secret}))
	server := httptest.NewServer(platform)
	defer server.Close()
	for level, want := range map[slog.Level][]string{slog.LevelDebug: {"INFO send true", "WARN send false"}, slog.LevelWarn: {"WARN send false"}, slog.LevelError: nil} {
		var log bytes.Buffer
		memory := store.NewMemory(time.Now)
		settings := store.Fixed{"default": `{"app_id":"` + sample.AppID + `","app_secret":"` + secret + `","domain":"` + server.URL + `"}`}
		sender := &send.Sender{
			Apps: store.NewSettings(settings, time.Now), HTTP: server.Client(), Tokens: memory, Claims: memory, Results: &bus.Memory{},
			Now: time.Now, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: level})), Count: func(string) {},
		}
		payload := `{"requests":[{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}},{"message":{"to":{"chat_id":"not-a-chat"},"text":"hi"}}]}`
		if _, err := sender.Invoke(t.Context(), "", []byte(payload)); err != nil {
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
