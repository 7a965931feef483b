package local_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
)

// BenchmarkFirstWords measures how long it takes from the first request of a stream until
// its words are in the chat.
func BenchmarkFirstWords(b *testing.B) {
	calls := local.NewCalls(func(local.Step) {}, time.Now)
	platform := local.NewPlatform(calls)
	standIn := httptest.NewServer(platform)
	defer standIn.Close()
	app, err := local.NewApp(func(string) string { return "" }, standIn.URL)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(local.New(app, http.DefaultClient, calls, time.Now, func(local.Step) {}))
	defer server.Close()
	sent := 0
	for b.Loop() {
		sent++
		doc := fmt.Sprintf(`{"stream":{"id":"s%d","to":{"chat_id":"oc_1"},"text":"The"}}`, sent)
		resp, err := http.Post(server.URL+"/send", "application/json", strings.NewReader(doc))
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	if got := len(platform.Messages("oc_1")); got != sent {
		b.Errorf("got %d messages, want %d", got, sent)
	}
}
