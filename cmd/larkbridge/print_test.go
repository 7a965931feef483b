package main

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
)

func TestPrint(t *testing.T) {
	at := time.Date(2026, 1, 2, 12, 0, 0, 123e6, time.Local)
	step := local.Step{Time: at, Kind: local.StepEvent, Subject: "im.message.receive_v1", Note: "verified"}
	failed := step
	failed.Failed = true
	for _, c := range []struct {
		step   local.Step
		colour bool
		want   string
	}{
		{step, false, "12:00:00.123  ⇠ event  im.message.receive_v1                         verified\n"},
		{failed, false, "12:00:00.123  ✗ event  im.message.receive_v1                         verified\n"},
		{local.Step{Time: at, Kind: local.StepLark, Subject: "a"}, false, "12:00:00.123  ⇢ lark   a\n"},
		{step, true, "\x1b[2m12:00:00.123\x1b[0m  \x1b[36m⇠ event\x1b[0m  im.message.receive_v1                         \x1b[2mverified\x1b[0m\n"},
	} {
		var out strings.Builder
		(&printer{out: &out, colour: c.colour}).print(c.step)
		if out.String() != c.want {
			t.Errorf("got  %q\nwant %q", out.String(), c.want)
		}
	}
}

func TestNamesCannotSteerTheTerminal(t *testing.T) {
	var out strings.Builder
	(&printer{out: &out}).print(local.Step{Subject: "a\x1b[2Jb\nc", Note: "d\re\u202ef"})
	if strings.ContainsAny(strings.TrimSuffix(out.String(), "\n"), "\x1b\n\r\u202e") {
		t.Errorf("got %q, want no control characters", out.String())
	}
}
