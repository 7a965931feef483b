package stream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// Many streams at once over 8 processes, each of which is killed once, while 10 % of
// Lark's calls fail in each of the stand-in's ways, or in all of them: every stream ends
// in one closed card, one text over several, or one plain message, with exactly its final
// text. No sequence number of a card is used for two changes, and no text shrinks. Time is
// the bubble's.
//
// `make proof` has 200 streams for each way; without it there are 10.
func TestStreamsUnderFaults(t *testing.T) {
	streams := 10
	if os.Getenv("LARKBRIDGE_PROOF") != "" {
		streams = 200
	}
	ways := []struct {
		name  string
		fault larktest.Fault
	}{
		{"none", larktest.Fault{Match: func(*http.Request) bool { return false }}},
		{"throttled", larktest.Fault{Kind: larktest.Throttle}},
		{"chat throttled", larktest.Fault{Kind: larktest.ChatThrottle}},
		{"quota", larktest.Fault{Kind: larktest.Quota}},
		{"server error", larktest.Fault{Kind: larktest.ServerError}},
		{"lost answer", larktest.Fault{Kind: larktest.LoseAnswer}},
		{"slow", larktest.Fault{Delay: 20 * time.Second}},
		{"CardKit's own error", code(300120)},
		{"interaction in progress", code(200810)},
	}
	var all []larktest.Fault
	for _, fault := range ways[1:] {
		all = append(all, fault.fault)
	}
	for _, fault := range ways {
		t.Run(fault.name, func(t *testing.T) { prove(t, streams, false, fault.fault) })
	}
	t.Run("lost answer of the table", func(t *testing.T) { prove(t, streams, true) })
	t.Run("all", func(t *testing.T) { prove(t, streams, true, all...) })
}

// prove runs streams under faults, each of which strikes 10 % of the calls. If the table
// is faulty, it loses the answer to 10 % of the writes.
func prove(t *testing.T, streams int, faultyTable bool, faults ...larktest.Fault) {
	synctest.Test(t, func(t *testing.T) {
		p := &proof{fixture: newFixture(t), rng: rand.New(rand.NewPCG(1, 2)), users: map[string]int64{}, faultyTable: faultyTable}
		p.platform.Fail(noScope())
		for _, fault := range faults {
			if fault.Match == nil {
				fault.Match = func(r *http.Request) bool {
					return !strings.Contains(r.URL.Path, "/auth/") && p.number(10) == 0
				}
			}
			p.platform.Fail(fault)
		}
		for i := range p.processes {
			p.start(i)
			time.AfterFunc(time.Duration(p.number(30))*time.Second+time.Millisecond, func() { p.start(i) })
		}
		var running sync.WaitGroup
		for i := range streams {
			running.Go(func() { p.runStream(i) })
		}
		running.Wait()
		for i := range streams {
			p.check(i)
		}
		p.checkSequences()
		time.Sleep(time.Hour) // every timer is over
	})
}

// proof is a fixture with several processes.
type proof struct {
	*fixture
	faultyTable bool
	processes   [8]atomic.Pointer[process]
	writes      atomic.Int64

	mu    sync.Mutex
	rng   *rand.Rand
	users map[string]int64 // the write that used a sequence number, by card and number
}

// process is an instance of the function. Once it is dead, nothing that it does has an
// effect.
type process struct {
	proof  *proof
	dead   atomic.Bool
	client *lark.Client
	writer *stream.Writer
}

var (
	errDead = errors.New("the process is killed")
	errLost = errors.New("the answer is lost")
)

// start kills a process and starts another in its place.
func (p *proof) start(i int) {
	one := &process{proof: p}
	one.client = p.newClient(one)
	one.writer = &stream.Writer{Store: one, Now: time.Now}
	if old := p.processes[i].Swap(one); old != nil {
		old.dead.Store(true)
	}
}

type writeKey struct{}

// Do is the network of a process.
func (one *process) Do(req *http.Request) (*http.Response, error) {
	if one.dead.Load() {
		return nil, errDead
	}
	if err := one.proof.note(req); err != nil {
		return nil, err
	}
	res, err := one.proof.fixture.Do(req)
	if one.dead.Load() {
		return nil, errDead
	}
	return res, err
}

func (one *process) Document(ctx context.Context, key string) ([]byte, int64, error) {
	if one.dead.Load() {
		return nil, 0, errDead
	}
	return one.proof.store.Document(ctx, key)
}

func (one *process) Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error) {
	if one.dead.Load() {
		return false, errDead
	}
	written, err := one.proof.store.Replace(ctx, key, doc, seen, ttl)
	if one.proof.faultyTable && one.proof.number(10) == 0 {
		return false, errLost
	}
	return written, err
}

// note remembers which write uses a sequence number.
func (p *proof) note(req *http.Request) error {
	if req.Body == nil || !strings.Contains(req.URL.Path, "/cardkit/v1/cards/") {
		return nil
	}
	doc, err := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(doc))
	var body struct{ Sequence int }
	if err == nil {
		err = json.Unmarshal(doc, &body)
	}
	if err != nil {
		return err
	}
	card := strings.Split(req.URL.Path, "/")[5]
	use, write := fmt.Sprint(card, " ", body.Sequence), req.Context().Value(writeKey{}).(int64)
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, used := p.users[use]; used && first != write {
		p.t.Errorf("card and sequence number %s are used twice", use)
	}
	p.users[use] = write
	return nil
}

// number returns a number below n.
func (p *proof) number(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rng.IntN(n)
}

// Streams of different kinds.
func hasNoScope(i int) bool { return i%10 == 9 } // of CardKit
func isLong(i int) bool     { return i%10 == 7 } // over 10 minutes, and over one card
func isOrdered(i int) bool  { return i%2 == 0 }  // from an ordered queue

func noScope() larktest.Fault {
	fault := code(99991672)
	fault.Match = func(r *http.Request) bool {
		doc, err := io.ReadAll(r.Body)
		return err == nil && strings.HasSuffix(r.URL.Path, "/cards") && bytes.Contains(doc, []byte("no scope"))
	}
	return fault
}

// finalText returns the text of a stream.
func finalText(i int) string {
	text := fmt.Sprintf("stream %d. ", i)
	if hasNoScope(i) {
		text = "no scope, " + text
	}
	words := 60
	if isLong(i) {
		words = 5000
	}
	for n := range words {
		text += fmt.Sprintf("word %d\n", n)
	}
	return text
}

// runStream delivers the updates of a stream: from an ordered queue one after the other,
// else at any time, some of them twice.
func (p *proof) runStream(i int) {
	const updates = 12
	text := finalText(i)
	var running sync.WaitGroup
	defer running.Wait()
	pause := 2 * time.Second
	if isLong(i) {
		pause = 70 * time.Second
	}
	for n := 1; n <= updates; n++ {
		u := update(int64(n), text[:len(text)*n/updates], n == updates)
		u.Key, u.To, u.Queued = fmt.Sprintf("str#default#%d", i), lark.ToChat(fmt.Sprintf("oc_%d", i)), time.Now()
		if isOrdered(i) {
			p.update(u)
		} else {
			running.Go(func() { p.update(u) })
			if p.number(5) == 0 {
				running.Go(func() { p.update(u) })
			}
		}
		if messages := p.platform.Messages(u.To.ID()); len(messages) > 0 && p.number(10) == 0 {
			p.platform.Click(messages[0].ID, "ou_1")
		}
		time.Sleep(time.Duration(p.number(int(pause))))
	}
}

// update gives an update to any process until it is acknowledged.
func (p *proof) update(u stream.Update) {
	for {
		one := p.processes[p.number(len(p.processes))].Load()
		ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), writeKey{}, p.writes.Add(1)), 50*time.Second)
		_, err := one.writer.Write(ctx, one.client, u)
		cancel()
		if err == nil && !one.dead.Load() {
			return
		}
		if e, ok := errors.AsType[*lark.Error](err); ok && e.Kind == lark.KindValidation {
			p.t.Errorf("%s: %v", u.Key, err)
			return
		}
		time.Sleep(time.Duration(1+p.number(15)) * time.Second)
	}
}

// check compares what a chat shows with what it should.
func (p *proof) check(i int) {
	messages := p.platform.Messages(fmt.Sprintf("oc_%d", i))
	var shown strings.Builder
	for _, m := range messages {
		shown.WriteString(shownText(p.t, m.Content))
	}
	if shown.String() != finalText(i) {
		p.t.Errorf("stream %d: got %d messages with %.80q (%d bytes), want %d bytes", i, len(messages), shown.String(), shown.Len(), len(finalText(i)))
	}
	if want := map[bool]int{true: 3, false: 1}[isLong(i)]; len(messages) != want {
		p.t.Errorf("stream %d: got %d messages, want %d", i, len(messages), want)
	}
	for _, m := range messages {
		if want := map[bool]string{true: "text", false: "interactive"}[hasNoScope(i)]; m.MsgType != want {
			p.t.Errorf("stream %d: got %s, want %s", i, m.MsgType, want)
		}
	}
	for _, e := range p.platform.CardEntities() {
		if e.Streaming && slices.ContainsFunc(messages, func(m larktest.Message) bool { return m.ID == e.MessageID }) {
			p.t.Errorf("stream %d: got an open card, want a closed one", i)
		}
	}
}

// checkSequences checks that the text of no card has ever become shorter: Lark carries
// changes out in the order of their sequence numbers.
func (p *proof) checkSequences() {
	type change struct{ sequence, length int }
	changes := map[string][]change{}
	for _, c := range p.platform.Calls() {
		var body struct {
			Sequence int
			Content  string
		}
		if c.Code != 0 || !strings.HasSuffix(c.Path, "/content") || json.Unmarshal(c.Body, &body) != nil {
			continue
		}
		changes[c.Path] = append(changes[c.Path], change{body.Sequence, len(body.Content)})
	}
	if len(changes) == 0 {
		p.t.Error("got no changes of cards")
	}
	for path, list := range changes {
		slices.SortFunc(list, func(a, b change) int { return a.sequence - b.sequence })
		for i := 1; i < len(list); i++ {
			if list[i].length < list[i-1].length {
				p.t.Errorf("%s: the text of sequence %d is shorter than that of %d", path, list[i].sequence, list[i-1].sequence)
			}
		}
	}
}
