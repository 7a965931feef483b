package stream_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/stream"
)

func TestCheckFrame(t *testing.T) {
	for frame, want := range map[string]string{
		`{"schema":"2.0","body":{"elements":[]}}`: "",
		`{"schema":"2.0"}`:                        "",
		`[]`:                                      "want an object",
		`null`:                                    "want an object",
		`{"elements":[]}`:                         `want card JSON 2.0, with "schema":"2.0"`,
		`{"schema":"2.0","body":[]}`:              "want an object in body",
		`{"schema":"2.0","config":1}`:             "want an object in config",
		`{"schema":"2.0","body":{"elements":{}}}`:                   "want a list in body.elements",
		`{"schema":"2.0","x":"` + strings.Repeat("x", 8<<10) + `"}`: "the card has 8215 bytes, and the frame of a stream takes 8192",
	} {
		got := ""
		if err := stream.CheckFrame(json.RawMessage(frame)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.60s: got %q, want %q", frame, got, want)
		}
	}
}

func TestCardJSON(t *testing.T) {
	const framed = `{"schema":"2.0","config":{"width_mode":"fill"},"body":{"elements":[{"tag":"column_set","columns":[{"elements":[{"element_id":"text","tag":"markdown","content":"","margin":"12345678901234567890"}]}]},{"tag":"hr"}]}}`
	for name, tt := range map[string]struct {
		frame     string
		text      string
		streaming bool
		want      string
	}{
		"no frame": {"", "a <b>", true, `{"body":{"elements":[{"content":"a <b>","element_id":"text","tag":"markdown"}]},"config":{"streaming_config":{"print_frequency_ms":{"default":50},"print_step":{"default":3},"print_strategy":"fast"},"streaming_mode":true,"update_multi":true},"schema":"2.0"}`},
		"closed":   {"", "\n  a title  \nmore", false, `{"body":{"elements":[{"content":"\n  a title  \nmore","element_id":"text","tag":"markdown"}]},"config":{"streaming_mode":false,"summary":{"content":"a title"},"update_multi":true},"schema":"2.0"}`},
		"a frame":  {framed, "x", false, `{"body":{"elements":[{"columns":[{"elements":[{"content":"x","element_id":"text","margin":"12345678901234567890","tag":"markdown"}]}],"tag":"column_set"},{"tag":"hr"}]},"config":{"streaming_mode":false,"summary":{"content":"x"},"update_multi":true,"width_mode":"fill"},"schema":"2.0"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var frame json.RawMessage
			if tt.frame != "" {
				frame = json.RawMessage(tt.frame)
			}
			got, err := stream.CardJSON(frame, tt.text, tt.streaming)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("card (-want +got):\n%s", diff)
			}
		})
	}
}
