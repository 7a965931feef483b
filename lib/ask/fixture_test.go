package ask_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// fixture is everything around the questions, in memory: the table, the queue and
// the function that it invokes, workflows, the bus and Lark. Until faultsEnd each
// call fails, hangs, is late or ends its invocation with the given probability.
type fixture struct {
	t    *testing.T
	asks *ask.Asks

	faults    int // percent
	faultsEnd time.Time
	running   sync.WaitGroup

	mu        sync.Mutex
	rng       *rand.Rand
	documents *store.Memory
	steps     map[string]*step // by token
	cards     map[string]*card // by message id
	sent      map[string]string
	published []string
	bodies    []string // of the queue
	reminders map[string]int
	dead      []string // bodies that the queue has given up
}

// step is a step of a workflow that waits for a task token.
type step struct {
	deadline time.Time // when it times out by itself
	output   string    // of the call that ended it, "" for none
	failure  string
	calls    int
}

// card is what Lark shows.
type card struct {
	doc  string
	sets int
}

func newFixture(t *testing.T, seed uint64, faults int) *fixture {
	f := &fixture{
		t: t, faults: faults, faultsEnd: time.Now().Add(6 * time.Hour), rng: rand.New(rand.NewPCG(seed, 1)),
		documents: store.NewMemory(time.Now), steps: map[string]*step{}, cards: map[string]*card{}, sent: map[string]string{}, reminders: map[string]int{},
	}
	f.asks = &ask.Asks{Documents: f, Queue: f, Workflows: f, Now: time.Now, Publish: func(ctx context.Context, detail []byte) error {
		return f.call(ctx, func() error { f.published = append(f.published, string(detail)); return nil })
	}}
	return f
}

// invocation is one run of a function. When it has crashed, nothing that it still
// does has an effect.
type invocation struct {
	mu      sync.Mutex
	crashed bool
}

type invocationKey struct{}

func (f *fixture) begin(timeout time.Duration) (context.Context, *invocation, context.CancelFunc) {
	inv := &invocation{}
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), invocationKey{}, inv), timeout)
	return ctx, inv, cancel
}

func (i *invocation) crash() { i.mu.Lock(); i.crashed = true; i.mu.Unlock() }
func (i *invocation) dead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.crashed
}

func (f *fixture) intn(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rng.IntN(n)
}

// coded is an error with AWS's code.
type coded string

func (c coded) Error() string     { return string(c) }
func (c coded) ErrorCode() string { return string(c) }

var (
	errDead = errors.New("the function has crashed")
	errLost = errors.New("the connection broke")
)

// call makes a call that has an effect, with faults: it fails before or after the
// effect, is late, hangs, or the function crashes before or after it.
func (f *fixture) call(ctx context.Context, effect func() error) error {
	inv, _ := ctx.Value(invocationKey{}).(*invocation)
	locked := func() error { f.mu.Lock(); defer f.mu.Unlock(); return effect() }
	if inv.dead() {
		return errDead
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.intn(100) >= f.faults || time.Now().After(f.faultsEnd) {
		return locked()
	}
	switch f.intn(7) {
	case 0:
		return coded("ThrottlingException")
	case 1:
		return errLost
	case 2:
		_ = locked()
		return errLost
	case 3:
		<-ctx.Done()
		return ctx.Err()
	case 4:
		_ = locked()
		<-ctx.Done()
		return ctx.Err()
	case 5:
		time.Sleep(time.Duration(f.intn(1500)) * time.Millisecond)
		if inv.dead() {
			return errDead
		}
		return locked()
	}
	if f.intn(2) == 0 {
		_ = locked()
	}
	inv.crash()
	return errDead
}

// Document is the table.
func (f *fixture) Document(ctx context.Context, key string) (doc []byte, version int64, err error) {
	err = f.call(ctx, func() (err error) { doc, version, err = f.documents.Document(ctx, key); return err })
	if err != nil {
		return nil, 0, err
	}
	return doc, version, nil
}

// Replace is the table.
func (f *fixture) Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (written bool, err error) {
	err = f.call(ctx, func() (err error) { written, err = f.documents.Replace(ctx, key, doc, seen, ttl); return err })
	return written && err == nil, err
}

// Send is the queue: it delivers a message when it is due, and again after an error
// or a crash, ten times in all.
func (f *fixture) Send(ctx context.Context, body []byte, delay time.Duration) error {
	return f.call(ctx, func() error {
		f.bodies = append(f.bodies, string(body))
		f.running.Go(func() { f.deliverAfter(string(body), delay) })
		return nil
	})
}

func (f *fixture) deliverAfter(body string, delay time.Duration) {
	var request struct {
		App string
		Ask struct{ Check string }
	}
	if json.Unmarshal([]byte(body), &request) != nil || request.Ask.Check == "" {
		f.t.Errorf("the body %s is not a check", body)
		return
	}
	time.Sleep(delay)
	for receives := 1; receives <= 10; receives++ {
		ctx, inv, cancel := f.begin(50 * time.Second)
		_, err := f.asks.Check(ctx, f, request.App, request.Ask.Check)
		cancel()
		if !inv.dead() && (err == nil || errors.Is(err, ask.ErrUnknown)) {
			return
		}
		time.Sleep(15 * time.Second << min(receives-1, 6))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = append(f.dead, body)
}

// redrive puts the dead letters back into the queue when no call fails any more, as an
// operator does.
func (f *fixture) redrive() {
	time.Sleep(time.Until(f.faultsEnd))
	for _, body := range f.dead {
		f.running.Go(func() { f.deliverAfter(body, 0) })
	}
	f.running.Wait()
}

// Succeed is Step Functions.
func (f *fixture) Succeed(ctx context.Context, s ask.Step, output []byte) error {
	return f.finish(ctx, s, string(output), "")
}

// Fail is Step Functions.
func (f *fixture) Fail(ctx context.Context, s ask.Step, name, _ string) error {
	return f.finish(ctx, s, "", name)
}

func (f *fixture) finish(ctx context.Context, s ask.Step, output, failure string) error {
	return f.call(ctx, func() error {
		step := f.steps[s.TaskToken.Reveal()]
		step.calls++
		if step.output != "" || step.failure != "" || !time.Now().Before(step.deadline) {
			return coded("TaskTimedOut")
		}
		step.output, step.failure = output, failure
		return nil
	})
}

// Do is Lark: it sends cards and replies, and changes cards.
func (f *fixture) Do(ctx context.Context, call lark.Call) (res *lark.Result, err error) {
	var body struct{ Content, UUID string }
	if err := json.Unmarshal(call.Body, &body); err != nil {
		return nil, err
	}
	err = f.call(ctx, func() error {
		switch {
		case call.Method == http.MethodPatch:
			c := f.cards[call.PathParams["message_id"]]
			c.doc, c.sets = body.Content, c.sets+1
		case strings.HasSuffix(call.Path, "/reply"):
			if f.sent[body.UUID] == "" {
				f.reminders[call.PathParams["message_id"]]++
			}
			f.sent[body.UUID] = "reply"
		default:
			if f.sent[body.UUID] == "" {
				f.sent[body.UUID] = "om_" + body.UUID
				f.cards["om_"+body.UUID] = &card{doc: body.Content}
			}
			res = &lark.Result{Data: fmt.Appendf(nil, `{"message_id":%q}`, f.sent[body.UUID])}
		}
		return nil
	})
	if err != nil {
		return nil, &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: err.Error()}
	}
	if res == nil {
		res = &lark.Result{}
	}
	return res, nil
}

// click is a click on a card: the function card answers it, and Lark shows the
// answer if it comes within 3 s.
func (f *fixture) click(app string, c ask.Click) {
	ctx, inv, cancel := f.begin(2200 * time.Millisecond)
	defer cancel()
	reply, _ := f.asks.Answer(ctx, app, c)
	if inv.dead() {
		return
	}
	time.Sleep(time.Duration(f.intn(400)) * time.Millisecond)
	f.mu.Lock()
	defer f.mu.Unlock()
	if reply != nil && reply.Card != nil {
		f.cards[c.MessageID].doc = string(reply.Card.Data.(json.RawMessage))
	}
}

// question returns the question as the table has it.
func (f *fixture) question(app, id string) *ask.Question {
	f.t.Helper()
	faults := f.faults
	f.faults = 0
	defer func() { f.faults = faults }()
	ctx, _, cancel := f.begin(time.Second)
	defer cancel()
	q, err := f.asks.Load(ctx, app, id)
	if err != nil {
		f.t.Fatalf("%s: %v", id, err)
	}
	return q
}

// texts returns all texts of a card.
func (c *card) texts() (texts []string) {
	for _, found := range contentOf.FindAllStringSubmatch(c.doc, -1) {
		texts = append(texts, found[1])
	}
	return texts
}

var contentOf = regexp.MustCompile(`"content":"([^"]*)"`)

func (c *card) hasButtons() bool { return strings.Contains(c.doc, `"tag":"button"`) }

// people are those who click in the tests.
var people = []string{"ou_ann", "ou_bob", "ou_cid", "ou_dan"}
