package stream_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/stream"
)

func TestSplit(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	for name, tt := range map[string]struct {
		text string
		want []int // lengths of the parts
	}{
		"nothing":              {"", []int{0}},
		"short":                {"abc", []int{3}},
		"at the end of a line": {strings.Repeat(line, 250), []int{20_200, 4800}},
		"one long line":        {strings.Repeat("x", 25_000), []int{20_476, 4524}},
		"many escapes":         {strings.Repeat(`"`, 25_000), []int{10_238, 10_238, 4524}},
		"whole characters":     {strings.Repeat("字", 10_000), []int{20_475, 9525}},
		"a block of code":      {"```go\n" + strings.Repeat("x\n", 8_000), []int{13_655, 2360}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, segment := range stream.Split(tt.text) {
				got = append(got, len(segment))
				if strings.Count(segment, "```")%2 == 1 && !strings.HasSuffix(segment, "x\n") {
					t.Errorf("got a part with an open block of code: %.20q … %q", segment, segment[len(segment)-20:])
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lengths (-want +got):\n%s", diff)
			}
		})
	}
}

// A text that grows keeps its parts but for the last, together they are the text, and
// each fits into a card.
func TestSplitProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a word ", "\n", "字", `"`, "\\", "\x01", "😀", strings.Repeat("y", 400), "\u2028"}
	for range 20 {
		var text strings.Builder
		var before []string
		for range 40 {
			for range 100 {
				text.WriteString(pieces[rng.IntN(len(pieces))])
			}
			segments := stream.Split(text.String())
			if got := strings.Join(segments, ""); got != text.String() {
				t.Fatalf("got %d bytes, want %d", len(got), text.Len())
			}
			for i, segment := range segments {
				if doc, err := json.Marshal(segment); err != nil || len(doc)-len(`""`) > stream.MaxText {
					t.Fatalf("part %d: got %d bytes of JSON, want at most %d", i, len(doc), stream.MaxText)
				}
				if i < len(before)-1 && segment != before[i] {
					t.Fatalf("part %d has changed although the text has only grown", i)
				}
			}
			before = segments
		}
	}
}
