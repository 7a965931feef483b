package send

import (
	"context"
	"sync"
	"time"
)

// gap keeps one target at 5 messages a second, which Lark allows to a user and
// to a chat (im-v1/message/create). An instance works on a group of the
// ordered queue alone, so its own pace is the target's. Elsewhere Lark's
// refusals keep it.
const gap = 200 * time.Millisecond

// pace hands out the times at which a target may be sent to.
type pace struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// wait waits for the target's turn; it is false when that is after end.
func (p *pace) wait(ctx context.Context, target string, end time.Time) bool {
	if target == "" {
		return true
	}
	now := time.Now()
	p.mu.Lock()
	if p.next == nil || len(p.next) > 10_000 {
		p.next = map[string]time.Time{}
	}
	turn := p.next[target]
	if turn.Before(now) {
		turn = now
	}
	if turn.After(end) {
		p.mu.Unlock()
		return false
	}
	p.next[target] = turn.Add(gap)
	p.mu.Unlock()
	return turn.Equal(now) || sleep(ctx, turn.Sub(now))
}
