package target

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// The programs that load a handler and call it. Each line of their input is an
// [invocation], and each line of their output its [outcome].
var (
	//go:embed runtime.py
	pythonProgram string
	//go:embed runtime.mjs
	nodeProgram string
)

// Handler is the handler of a Lambda function. Like an instance of a function, it has
// one process for all events, which takes one event at a time. The process is started
// anew when the file has changed.
type Handler struct {
	file, function string
	config         Config
	turn           chan struct{} // holds one value, for who uses the process
	process        *process      // nil: none runs
}

// splitHandler splits a handler such as app.py:handler into its file and its function.
func splitHandler(spec string) (file, function string, ok bool) {
	match := regexp.MustCompile(`^(.+\.(?:py|js|mjs|cjs)):([A-Za-z_$][\w$]*)$`).FindStringSubmatch(spec)
	if match == nil {
		return "", "", false
	}
	return match[1], match[2], true
}

// NewHandler returns the handler that is the function in a file of Python or
// JavaScript.
func NewHandler(file, function string, config Config) *Handler {
	return &Handler{file: file, function: function, config: config, turn: make(chan struct{}, 1)}
}

// Start starts the handler's process.
func (h *Handler) Start() error {
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	return h.start()
}

// Close ends the handler's process.
func (h *Handler) Close() {
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	h.end()
}

// Invoke calls the handler. Its process is ended when it has no answer in time.
func (h *Handler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := h.start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, h.config.Timeout, timeoutError(h.config.Timeout))
	defer cancel()
	defer context.AfterFunc(ctx, h.process.kill)()
	result, err := h.process.invoke(ctx, event)
	var raised *Error
	if err != nil && !errors.As(err, &raised) { // the process has ended, or does not do as it should
		h.end()
		return nil, because(ctx, err)
	}
	return result, err
}

// start starts the process unless it runs with the present file.
func (h *Handler) start() error {
	file, err := filepath.Abs(h.file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("the handler's file: %w", err)
	}
	if h.process != nil && h.process.modified.Equal(info.ModTime()) {
		return nil
	}
	h.end()
	args, err := interpreter(file)
	if err != nil {
		return err
	}
	cmd := exec.Command(args[0], append(args[1:], file, h.function)...)
	cmd.Dir = filepath.Dir(file)
	cmd.Env = append(append(os.Environ(), "AWS_LAMBDA_FUNCTION_NAME="+h.name(), "PYTHONIOENCODING=utf-8"), h.config.Env...)
	cmd.Stderr, cmd.WaitDelay = h.config.Output, outputDelay
	h.process, err = startProcess(cmd, h.name(), info.ModTime())
	if err != nil {
		return fmt.Errorf("starting the handler: %w", err)
	}
	return nil
}

// end ends the process if one runs.
func (h *Handler) end() {
	if h.process != nil {
		h.process.kill()
		_ = h.process.cmd.Wait() // it was killed
		h.process = nil
	}
}

// name returns the name of the function: that of the file.
func (h *Handler) name() string {
	return strings.TrimSuffix(filepath.Base(h.file), filepath.Ext(h.file))
}

// interpreter returns the command that runs handlers of the file's language.
func interpreter(file string) ([]string, error) {
	if filepath.Ext(file) != ".py" {
		node, err := exec.LookPath("node")
		if err != nil {
			return nil, fmt.Errorf("a handler in JavaScript needs Node: %w", err)
		}
		return []string{node, "--input-type=module", "-e", nodeProgram, "--"}, nil
	}
	for _, name := range []string{"python3", "python"} {
		if python, err := exec.LookPath(name); err == nil {
			return []string{python, "-c", pythonProgram}, nil
		}
	}
	return nil, errors.New("a handler in Python needs python3 or python in the PATH")
}

// process is a running program with a handler.
type process struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	out      *bufio.Reader
	function string
	modified time.Time // of the file
}

func startProcess(cmd *exec.Cmd, function string, modified time.Time) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewReader(out), function, modified}, nil
}

func (p *process) kill() { _ = p.cmd.Process.Kill() } // it may have ended

// invocation is one call of the handler.
type invocation struct {
	ID        string          `json:"id"`
	Function  string          `json:"function"`
	Remaining int64           `json:"remaining"` // milliseconds
	Event     json.RawMessage `json:"event"`
}

// outcome is what the handler returned, or its error.
type outcome struct {
	Result    json.RawMessage `json:"result"`
	Error     *Error          `json:"error"`
	NotLoaded bool            `json:"not_loaded"` // the error is that of loading the handler
}

// invoke calls the handler and waits for its outcome.
func (p *process) invoke(ctx context.Context, event []byte) ([]byte, error) {
	call := invocation{ID: rand.Text(), Function: p.function, Event: event}
	if end, ok := ctx.Deadline(); ok {
		call.Remaining = time.Until(end).Milliseconds()
	}
	line, err := json.Marshal(call)
	if err != nil {
		return nil, fmt.Errorf("encoding the event: %w", err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return nil, errEnded
	}
	line, err = p.out.ReadBytes('\n')
	if err != nil {
		return nil, errEnded
	}
	var o outcome
	if err := json.Unmarshal(line, &o); err != nil {
		return nil, fmt.Errorf("reading the handler's outcome: %w", err)
	}
	switch {
	case o.NotLoaded:
		return nil, fmt.Errorf("loading the handler: %v", o.Error) //nolint:errorlint // the next event loads it anew, unlike after an *Error
	case o.Error != nil:
		return nil, o.Error
	}
	if len(o.Result) > maxAnswer {
		return nil, &Error{"Function.ResponseSizeTooLarge", fmt.Sprintf("the result has more than %d bytes", maxAnswer)}
	}
	return o.Result, nil
}

// errEnded says that the process of a handler is no longer there.
var errEnded = errors.New("the handler's process ended without an answer")
