package demo_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const slowValue = `{"action":"approve","how":"slowly"}`

// The slow handler's card comes once, as a delayed update, and only after the
// 3 s that Lark waits for the first answer.
func TestSlowApproval(t *testing.T) {
	for _, style := range []string{lark.TypeCardAction, oldCard} {
		inFixture(t, func(t *testing.T, f *fixture) {
			start := time.Now()
			click, callback := f.click(style, slowValue)
			if status, reply := f.do(callback()); status != 200 || reply != `{"toast":{"type":"info","content":"Working on it…"}}` {
				t.Fatalf("%s: got %d %s, want 200 and the toast \"Working on it…\"", style, status, reply)
			}
			time.Sleep(3 * time.Second) // in the bubble this takes no time
			synctest.Wait()
			if m := f.message(click.MessageID); m.Updated != 0 || len(f.updates()) != 0 {
				t.Errorf("%s: updated too early: %+v", style, m)
			}
			f.approval.Wait()
			after := time.Since(start)
			time.Sleep(time.Minute)
			synctest.Wait()
			m, updates := f.message(click.MessageID), f.updates()
			if len(updates) != 1 || updates[0].Code != 0 || m.Updated != 1 || after != 4*time.Second {
				t.Errorf("%s: %d updates after %v: %+v", style, len(updates), after, updates)
			}
			if m.HasButtons() || !strings.Contains(m.Content, "Approved: ") || !strings.Contains(m.Content, click.OpenID) {
				t.Errorf("%s: the card is %s", style, m.Content)
			}
		})
	}
}

func TestSlowApprovalOfADeliveryTwice(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		_, callback := f.click(lark.TypeCardAction, slowValue)
		_, first := f.do(callback())
		if _, second := f.do(callback()); first != second {
			t.Errorf("got %s, then %s, want the same reply twice", first, second)
		}
		f.approval.Wait()
		if updates := f.updates(); len(updates) != 1 {
			t.Errorf("%d updates", len(updates))
		}
	})
}

// The steps tell what happens, in order, and never the update token.
func TestSlowApprovalIsShown(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		click, callback := f.click(lark.TypeCardAction, slowValue)
		f.do(callback())
		f.approval.Wait()
		var got []string
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, s := range f.steps {
			if s.Kind == local.StepClick || s.Kind == local.StepCard {
				got = append(got, s.Kind+" "+s.Subject)
			}
			if s.Failed {
				t.Errorf("failed: %+v", s)
			}
		}
		want := "[card sent click Release 1.4 to production? card answered card updated]"
		if fmt.Sprint(got) != want {
			t.Errorf("shown: %v, want %s", got, want)
		}
		if strings.Contains(fmt.Sprintf("%+v", f.steps), click.Token) {
			t.Error("the update token is shown")
		}
	})
}

// A run that ends does not wait for the slow handler.
func TestSlowApprovalEndsWithTheRun(t *testing.T) {
	inFixture(t, func(_ *testing.T, f *fixture) {
		_, callback := f.click(lark.TypeCardAction, slowValue)
		f.do(callback())
	})
}
