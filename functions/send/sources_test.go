package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Each source's golden event, as AWS hands it over, through the real function.
func TestSources(t *testing.T) {
	const sqsOK = `{"batchItemFailures":[]}`
	for _, tt := range []struct {
		file   string
		want   []string // what stands in the chat, in part
		answer string   // "" for results
	}{
		{"invoke.json", []string{"from a direct invocation"}, ""},
		{"invoke-list.json", []string{"first of a list", "second of a list"}, ""},
		{"stepfunctions.json", []string{"Order 42"}, ""},
		{"sqs.json", []string{"from a queue"}, sqsOK}, // the second is wrong for good
		{"sqs-fifo.json", []string{"from an ordered queue, 1", "from an ordered queue, 2"}, sqsOK},
		{"sqs-sns.json", []string{"Hello through topic and queue"}, sqsOK},
		{"sqs-eventbridge.json", []string{"a request over the bus"}, sqsOK},
		{"sns-text.json", []string{`AWS Budgets: Monthly\nHello from SNS!`}, ""},
		{"sns-alarm.json", []string{`ALARM`}, ""},
		{"sns-request.json", []string{"a request over SNS"}, ""},
		{"eventbridge-request.json", []string{"a request over the bus"}, ""},
		{"eventbridge-alarm.json", []string{`ALARM`}, ""},
		{"eventbridge-generic.json", []string{`"schema":"2.0"`}, ""},
		{"alarm-action.json", []string{`Metric Alarm to test Lambda actions`}, ""},
		{"custom.json", []string{`"schema":"2.0"`}, ""},
	} {
		t.Run(tt.file, func(t *testing.T) {
			s, platform := newLark(t)
			f := s.Start("send", "DEFAULT_TO=oc_1")
			payload := read(t, tt.file)
			for range 2 { // AWS delivers at least once
				out, err := f.Invoke(t.Context(), payload)
				if err != nil {
					t.Fatalf("%v\n%s", err, f.Logs())
				}
				if tt.answer != "" && string(out) != tt.answer {
					t.Errorf("got %s, want %s", out, tt.answer)
				}
				if strings.HasPrefix(tt.file, "invoke") || tt.file == "alarm-action.json" || tt.file == "custom.json" {
					break // these bring no id: another invocation is another request
				}
			}
			checkChat(t, platform, tt.want)
			checkReports(t, s.Entries(), len(tt.want))
		})
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	payload, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// checkChat compares what stands in the chat, in order.
func checkChat(t *testing.T, platform *larktest.Platform, want []string) {
	t.Helper()
	got := platform.Messages("oc_1")
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d: %+v", len(got), len(want), got)
	}
	for i, m := range got {
		if !strings.Contains(m.Content, want[i]) {
			t.Errorf("message %d: got %.200s, want %s", i, m.Content, want[i])
		}
	}
}

// A handler's return value becomes the card, after the click was answered.
func TestDestination(t *testing.T) {
	s, platform := newLark(t)
	f := s.Start("send")
	out, err := f.Invoke(t.Context(), []byte(`{"message":{"to":{"chat_id":"oc_1"},"card":{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[]}}}}`))
	var sent struct {
		Data struct {
			MessageID string `json:"message_id"`
		}
	}
	if err != nil || json.Unmarshal(out, &sent) != nil {
		t.Fatalf("got %s, %v", out, err)
	}
	token := platform.Click(sent.Data.MessageID, "ou_1")
	platform.Answered(token)
	// The token is good for two updates; the third goes by the message.
	for _, content := range []string{"first", "second", "third"} {
		record := strings.NewReplacer("c-0a1b2c3d4e5f60718293a4b5c6d7e8f900112233", token, "approved", content,
			"om_0a1b2c3d4e5f60718293a4b5c6d7e8f9", sent.Data.MessageID, "e4b46cbf-b738-xmpl-8880-a18cdf61200e", "run-"+content).Replace(string(read(t, "destination.json")))
		for range 2 { // delivered twice, applied once
			if _, err := f.Invoke(t.Context(), []byte(record)); err != nil {
				t.Fatalf("%v\n%s", err, f.Logs())
			}
		}
		if card, _ := platform.Card(sent.Data.MessageID); !strings.Contains(string(card), content) {
			t.Errorf("got the card %s, want %s", card, content)
		}
	}
}

// A card's handler that returns no card leaves the card as it is.
func TestDestinationWithoutACard(t *testing.T) {
	s, platform := newLark(t)
	f := s.Start("send")
	record := map[string]any{}
	if err := json.Unmarshal(read(t, "destination.json"), &record); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(){
		"null":  func() { record["responsePayload"] = nil },
		"toast": func() { record["responsePayload"] = map[string]any{"toast": map[string]any{"content": "x"}} },
	} {
		change()
		payload, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		out, err := f.Invoke(t.Context(), payload)
		if err != nil || string(out) != `{"results":[]}` {
			t.Errorf("%s: got %s, %v, want no results", name, out, err)
		}
	}
	if n := len(platform.Calls()); n != 0 {
		t.Errorf("got %d calls to Lark, want none", n)
	}
}

// A message that fails for now goes back to its queue, and the rest of its
// group with it; one that fails for good does not.
func TestQueueFailures(t *testing.T) {
	s, platform := newLark(t)
	f := s.Start("send")
	platform.Fail(larktest.Fault{Match: isMessage, Kind: larktest.Throttle, Reset: time.Hour})
	out, err := f.Invoke(t.Context(), read(t, "sqs-fifo.json"))
	want := `{"batchItemFailures":[{"itemIdentifier":"11d6ee51-4cc7-4302-9e22-7cd8afdaadf5"},{"itemIdentifier":"22d6ee51-4cc7-4302-9e22-7cd8afdaadf5"}]}`
	if diff := cmp.Diff(want, string(out)); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if entries := s.Entries(); len(entries) != 0 {
		t.Errorf("got %+v on the bus, want nothing before the last attempt", entries)
	}
}
