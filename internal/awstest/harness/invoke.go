package harness

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

const (
	defaultTimeout = 30 * time.Second
	defaultARN     = "arn:aws:lambda:us-east-1:123456789012:function:harness"
)

var (
	// ErrExited is returned when the process ends before it has answered.
	ErrExited = errors.New("the function's process ended")

	// ErrTimeout is returned when an invocation passed its deadline, for which
	// the process was killed.
	ErrTimeout = errors.New("the function timed out and was killed")
)

// FunctionError is the error a function reported for one invocation, be it
// returned by the handler or the trace of a panic.
type FunctionError struct{ Type, Message string }

func (e *FunctionError) Error() string { return "function error " + e.Type + ": " + e.Message }

// InitError is the error a function reported instead of asking for work.
type InitError struct{ Type, Message string }

func (e *InitError) Error() string { return "init error " + e.Type + ": " + e.Message }

// InvokeOptions adjusts one invocation. The zero value gives every field its
// default.
type InvokeOptions struct {
	RequestID   string        // default: a random UUID
	Timeout     time.Duration // from when the process takes the invocation; default: 30 s
	TraceID     string        // default: a random trace that is not sampled
	FunctionARN string        // default: a function named harness
}

// Invoke runs one invocation with default options. See [Function.InvokeWith].
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f.InvokeWith(ctx, payload, InvokeOptions{})
}

// InvokeWith hands the payload to the process and returns what it answers. As
// on Lambda a process works on one invocation at a time: a second call waits
// its turn. The error is a [FunctionError] if the function reported one,
// [ErrTimeout] past the deadline, and an [InitError] or [ErrExited] if the
// process ended first. If ctx ends first the process goes on working, and its
// answer is dropped.
func (f *Function) InvokeWith(ctx context.Context, payload []byte, options InvokeOptions) ([]byte, error) {
	inv := newInvocation(payload, options)
	select {
	case f.pending <- inv:
	case <-f.exited:
		return nil, f.exitError()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the function to take an invocation: %w", ctx.Err())
	}
	select {
	case a := <-inv.answer:
		return f.settle(a)
	case <-f.exited:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the function to answer: %w", ctx.Err())
	}
	// A process that panics answers, then exits: the answer counts.
	select {
	case a := <-inv.answer:
		return f.settle(a)
	default:
		return nil, f.exitError()
	}
}

// settle returns an answer, after the process is gone if it was killed.
func (f *Function) settle(a answer) ([]byte, error) {
	if errors.Is(a.err, ErrTimeout) {
		<-f.exited
	}
	return a.payload, a.err
}

// invocation is one unit of work and where its outcome goes.
type invocation struct {
	InvokeOptions
	payload  []byte
	deadline time.Time
	timer    *time.Timer
	answer   chan answer // buffered: the caller may have gone
}

type answer struct {
	payload []byte
	err     error
}

func newInvocation(payload []byte, options InvokeOptions) *invocation {
	if options.RequestID == "" {
		options.RequestID = newUUID()
	}
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	if options.TraceID == "" {
		options.TraceID = fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), randomHex(12), randomHex(8))
	}
	if options.FunctionARN == "" {
		options.FunctionARN = defaultARN
	}
	return &invocation{InvokeOptions: options, payload: payload, answer: make(chan answer, 1)}
}

// begin makes inv the current invocation and starts its clock.
func (f *Function) begin(inv *invocation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.current = inv
	inv.deadline = time.Now().Add(inv.Timeout)
	inv.timer = time.AfterFunc(inv.Timeout, func() {
		if f.finish(inv, answer{err: ErrTimeout}) {
			_ = f.cmd.Process.Kill() // it may have ended by itself
		}
	})
}

// find returns the current invocation if it has the given id, else nil.
func (f *Function) find(id string) *invocation {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current == nil || f.current.RequestID != id {
		return nil
	}
	return f.current
}

// finish ends inv with a. It reports false if inv had ended already.
func (f *Function) finish(inv *invocation, a answer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != inv {
		return false
	}
	f.current = nil
	inv.timer.Stop()
	inv.answer <- a
	return true
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
