package local_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const slowly = `{"action":"approve","how":"slowly"}`

// The slow handler's card comes once, as a delayed update, and only after the
// 3 s that Lark waits for the first answer.
func TestSlowApproval(t *testing.T) {
	for _, style := range []string{lark.TypeCardAction, oldCard} {
		inDemo(t, func(t *testing.T, d *demo) {
			start := time.Now()
			click, callback := d.click(style, slowly)
			if status, reply := d.do(callback()); status != 200 || reply != `{"toast":{"type":"info","content":"Working on it…"}}` {
				t.Fatalf("%s: got %d %s", style, status, reply)
			}
			time.Sleep(3 * time.Second) // in the bubble this takes no time
			synctest.Wait()
			if m := d.message(click.MessageID); m.Updated != 0 || len(d.updates()) != 0 {
				t.Errorf("%s: updated too early: %+v", style, m)
			}
			d.approval.Wait()
			after := time.Since(start)
			time.Sleep(time.Minute)
			synctest.Wait()
			m, updates := d.message(click.MessageID), d.updates()
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
	inDemo(t, func(t *testing.T, d *demo) {
		_, callback := d.click(lark.TypeCardAction, slowly)
		_, first := d.do(callback())
		if _, second := d.do(callback()); first != second {
			t.Errorf("got %s, then %s", first, second)
		}
		d.approval.Wait()
		if updates := d.updates(); len(updates) != 1 {
			t.Errorf("%d updates", len(updates))
		}
	})
}

// The steps tell what happens, in order, and never the update token.
func TestSlowApprovalIsTold(t *testing.T) {
	inDemo(t, func(t *testing.T, d *demo) {
		click, callback := d.click(lark.TypeCardAction, slowly)
		d.do(callback())
		d.approval.Wait()
		var got []string
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, s := range d.steps {
			if s.Kind == local.StepClick || s.Kind == local.StepCard {
				got = append(got, s.Kind+" "+s.Subject)
			}
			if s.Failed {
				t.Errorf("failed: %+v", s)
			}
		}
		want := "[card sent click Release 1.4 to production? card answered card updated]"
		if fmt.Sprint(got) != want {
			t.Errorf("told is %v, want %s", got, want)
		}
		if strings.Contains(fmt.Sprintf("%+v", d.steps), click.Token) {
			t.Error("the update token is told")
		}
	})
}

// A run that ends does not wait for the slow handler.
func TestSlowApprovalEndsWithTheRun(t *testing.T) {
	inDemo(t, func(_ *testing.T, d *demo) {
		_, callback := d.click(lark.TypeCardAction, slowly)
		d.do(callback())
	})
}
