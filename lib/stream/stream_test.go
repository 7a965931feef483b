package stream_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/stream"
)

func TestTextGrows(t *testing.T) {
	run(t, func(f *fixture) {
		first := f.write(update(1, "The", false))
		f.wantScreen(false, "The")
		f.write(update(2, "The answer", false))
		f.wantScreen(false, "The answer")
		r := f.write(update(3, "The answer is 42.", true))
		f.wantScreen(true, "The answer is 42.")
		f.wantCalls("POST cards 0", "POST messages 0", "PUT content 0", "PUT content 0", "PATCH settings 0")
		if !r.Closed || !r.Shown || r.MessageID == "" || r.MessageID != first.MessageID {
			t.Errorf("got %+v, want a closed stream in message %s", r, first.MessageID)
		}
	})
}

func TestAllAtOnce(t *testing.T) {
	run(t, func(f *fixture) {
		f.write(update(1, "All of it.", true))
		f.wantScreen(true, "All of it.")
		f.wantCalls("POST cards 0", "POST messages 0")
	})
}

// What is overtaken or repeated changes nothing, with and without seq.
func TestOvertakenAndRepeated(t *testing.T) {
	for _, seqs := range [][3]int64{{1, 2, 3}, {0, 0, 0}} {
		run(t, func(f *fixture) {
			f.write(update(seqs[1], "One two", false))
			f.write(update(seqs[0], "One", false))
			f.wantScreen(false, "One two")
			f.write(update(seqs[2], "One two three", true))
			calls := len(f.calls())
			f.write(update(seqs[1], "One two", false))
			f.write(update(seqs[2], "One two three", true))
			f.wantScreen(true, "One two three")
			if got := len(f.calls()); got != calls {
				t.Errorf("got %d calls after the end, want none", got-calls)
			}
		})
	}
}

func TestAnotherTextAfterTheEnd(t *testing.T) {
	run(t, func(f *fixture) {
		f.write(update(1, "One", true))
		_, err := f.writer.Write(f.context(), f.client, update(2, "Another", true))
		if e, ok := errors.AsType[*lark.Error](err); !ok || e.Kind != lark.KindValidation {
			t.Errorf("got %v, want a validation error", err)
		}
		f.wantScreen(true, "One")
	})
}

// A later seq may shorten the text: "Thinking…" gives way to the answer.
func TestLaterTextReplacesAnother(t *testing.T) {
	run(t, func(f *fixture) {
		f.write(update(1, "Thinking very hard…", false))
		f.write(update(2, "42", false))
		f.wantScreen(false, "42")
	})
}

// Updates that wait for their turn in one process: the newest is shown.
func TestPace(t *testing.T) {
	t.Run("somebody waits", func(t *testing.T) {
		run(t, func(f *fixture) {
			start := time.Now()
			f.write(update(1, "a", false))
			f.write(update(2, "ab", false))
			if got := time.Since(start); got != stream.Pace {
				t.Errorf("the second update was written after %v, want %v", got, stream.Pace)
			}
			f.write(update(3, "abc", true))
			if got := time.Since(start); got != stream.Pace {
				t.Errorf("the last update was written after %v, want no wait", got)
			}
		})
	})
	t.Run("a queue that has not kept up", func(t *testing.T) {
		run(t, func(f *fixture) {
			queued := time.Now()
			time.Sleep(2 * stream.Pace)
			for i := range int64(10) {
				u := update(i+1, strings.Repeat("a", int(i)+1), false)
				u.Queued = queued
				if r := f.write(u); r.Shown != (i == 0) || r.MessageID == "" {
					t.Errorf("update %d: got %+v, want the message, and shown: %v", u.Seq, r, i == 0)
				}
			}
			f.wantScreen(false, "a")
			f.write(update(11, "the end", true))
			f.wantScreen(true, "the end")
			f.wantCalls("POST cards 0", "POST messages 0", "PUT content 0", "PATCH settings 0")
		})
	})
	t.Run("a batch", func(t *testing.T) {
		run(t, func(f *fixture) {
			var all sync.WaitGroup
			for i := range int64(10) {
				all.Go(func() { f.write(update(i+1, strings.Repeat("a", int(i)+1), false)) })
			}
			all.Wait()
			f.wantScreen(false, "aaaaaaaaaa")
			if got := len(f.calls()); got > 4 {
				t.Errorf("got %d calls, want at most 4: %q", got, f.calls())
			}
		})
	})
}

// Streaming mode ends by itself after 10 minutes.
func TestTenMinutes(t *testing.T) {
	run(t, func(f *fixture) {
		f.write(update(1, "a", false))
		time.Sleep(10 * time.Minute)
		f.write(update(2, "ab", false))
		f.wantScreen(false, "ab")
		f.wantCalls("POST cards 0", "POST messages 0", "PUT content 200850", "PATCH settings 0", "PUT content 0")
		time.Sleep(11 * time.Minute)
		f.write(update(3, "abc", true))
		f.wantScreen(true, "abc")
	})
}

// An interaction in progress: the change waits until it is over.
func TestInteraction(t *testing.T) {
	run(t, func(f *fixture) {
		r := f.write(update(1, "a", false))
		time.Sleep(time.Minute)
		f.platform.Click(r.MessageID, "ou_1")
		f.write(update(2, "ab", true))
		f.wantScreen(true, "ab")
	})
}

// The answer to each call is lost once: the text is there, and once.
func TestLostAnswers(t *testing.T) {
	for _, end := range []string{"/cards", "/messages", "/content", "/settings"} {
		t.Run(end, func(t *testing.T) {
			run(t, func(f *fixture) {
				f.fail(end, 1, larktest.Fault{Kind: larktest.LoseAnswer})
				f.writeAgain(update(1, "a", false))
				time.Sleep(time.Minute)
				f.writeAgain(update(2, "ab", true))
				f.wantScreen(true, "ab")
			})
		})
	}
}

// writeAgain repeats an update until it does not fail.
func (f *fixture) writeAgain(u stream.Update) stream.Result {
	f.t.Helper()
	for range 5 {
		r, err := f.writer.Write(f.context(), f.client, u)
		if err == nil {
			return r
		}
		if e, ok := errors.AsType[*lark.Error](err); !ok || !e.Retryable {
			f.t.Fatalf("update %d: %v", u.Seq, err)
		}
		time.Sleep(time.Second)
	}
	f.t.Fatalf("update %d fails five times", u.Seq)
	return stream.Result{}
}

// Updates fail, and the end shows the whole text all the same.
func TestFailedUpdates(t *testing.T) {
	for name, fault := range map[string]larktest.Fault{
		"throttled":    {Kind: larktest.Throttle, Reset: 2 * time.Second},
		"server error": {Kind: larktest.ServerError},
		"refused":      code(300313),
		"overtaken":    code(300317),
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				f.write(update(1, "a", false))
				f.fail("/content", 4, fault)
				r := f.write(update(2, "ab", false))
				if r.Shown {
					t.Errorf("got %+v, want an update that is not shown", r)
				}
				time.Sleep(time.Minute)
				f.writeAgain(update(3, "abc", true))
				f.wantScreen(true, "abc")
			})
		})
	}
}

// Without CardKit there is one plain message, at the end.
func TestFallback(t *testing.T) {
	for name, tt := range map[string]struct {
		path string
		code int
	}{
		"no scope":            {"/cards", 99991672},
		"the card is refused": {"/cards", 200220},
		"it cannot be sent":   {"/messages", 230099},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				f.fail(tt.path, 1, code(tt.code))
				if r := f.write(update(1, "a", false)); r.Fallback == "" || r.Shown {
					t.Errorf("got %+v, want a fallback that is not shown yet", r)
				}
				f.write(update(2, "ab", false))
				f.wantScreen(true)
				r := f.write(update(3, "abc", true))
				f.wantScreen(true, "abc")
				if m := f.platform.Messages("oc_1")[0]; m.MsgType != "text" || r.MessageID != m.ID || !strings.Contains(r.Fallback, fmt.Sprint(tt.code)) {
					t.Errorf("got %s and %+v, want a text and the reason", m.MsgType, r)
				}
				f.write(update(3, "abc", true))
				f.wantScreen(true, "abc")
			})
		})
	}
}

// An error of the message itself is no reason for another message.
func TestSendErrors(t *testing.T) {
	run(t, func(f *fixture) {
		f.fail("/messages", 1, code(230002))
		_, err := f.writer.Write(f.context(), f.client, update(1, "a", true))
		if e, ok := errors.AsType[*lark.Error](err); !ok || e.Code != 230002 {
			t.Errorf("got %v, want Lark's error", err)
		}
	})
}

// Lark takes the uuid of a message for an hour. A card that was sent before that is not
// sent again.
func TestSentLongAgo(t *testing.T) {
	run(t, func(f *fixture) {
		f.fail("/messages", 1, larktest.Fault{Kind: larktest.LoseAnswer})
		if _, err := f.writer.Write(f.context(), f.client, update(1, "a", false)); err == nil {
			t.Error("got no error, want that of the lost answer")
		}
		time.Sleep(2 * time.Hour)
		f.write(update(2, "ab", true))
		f.wantScreen(true, "ab")
	})
}

func TestFrame(t *testing.T) {
	run(t, func(f *fixture) {
		first := update(1, "a", false)
		first.Frame = []byte(`{"schema":"2.0","header":{"title":{"tag":"plain_text","content":"Answer"}},"body":{"elements":[{"tag":"markdown","element_id":"text","content":""},{"tag":"button","text":{"tag":"plain_text","content":"Stop"}}]}}`)
		r := f.write(first)
		last := update(2, "ab", true)
		last.Frame = []byte(`{"schema":"2.0","body":{"elements":[]}}`)
		f.write(last)
		f.wantScreen(true, "ab")
		if m, _ := f.platform.Message(r.MessageID); m.HasButtons() || strings.Contains(m.Content, "Answer") {
			t.Errorf("got %s, want the frame of the last update", m.Content)
		}
	})
}

// A text over one card's limit goes on in a reply.
func TestSeveralCards(t *testing.T) {
	run(t, func(f *fixture) {
		text := strings.Repeat("a line of the text\n", 3000)
		for i, end := range []int{100, 25_000, 30_000, len(text)} {
			f.write(update(int64(i+1), text[:end], false))
		}
		r := f.write(update(9, text, true))
		if got := strings.Join(f.screen(), ""); got != text {
			t.Errorf("got %d bytes, want %d", len(got), len(text))
		}
		all := f.platform.Messages("")
		if len(all) != 3 || len(r.MessageIDs) != 3 {
			t.Fatalf("got %d messages and %+v, want 3", len(all), r)
		}
		if all[0].ParentID != "" || all[1].ParentID != all[0].ID || all[2].ParentID != all[0].ID {
			t.Errorf("got the parents %q and %q, want %q", all[1].ParentID, all[2].ParentID, all[0].ID)
		}
		for _, e := range f.platform.CardEntities() {
			if e.Streaming {
				t.Errorf("card %s: got streaming mode, want a closed card", e.ID)
			}
		}
	})
}

// The documented number of calls: an answer that a model writes in 6 seconds, by a caller
// that sends the newest text as soon as the request before is done.
func TestCallsOfAnAnswer(t *testing.T) {
	run(t, func(f *fixture) {
		start, seq := time.Now(), int64(0)
		for time.Since(start) < 6*time.Second {
			seq++
			words := int(time.Since(start)/(50*time.Millisecond)) + 1
			f.write(update(seq, strings.Repeat("word ", words), false))
			time.Sleep(50 * time.Millisecond) // until the next chunk
		}
		f.write(update(seq+1, strings.Repeat("word ", 120), true))
		if got, want := len(f.calls()), 16; got != want {
			t.Errorf("got %d calls, want %d: %q", got, want, f.calls())
		}
	})
}
