package harness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopGrace is what Lambda leaves a process between SIGTERM and SIGKILL.
const stopGrace = 500 * time.Millisecond

// Function is one execution environment: one process of a bootstrap binary.
// Its methods may be called from several goroutines.
type Function struct {
	cmd     *exec.Cmd
	logs    *logFile
	pending chan *invocation // taken by the process when it asks for work
	ready   chan struct{}    // closed at the first such request
	exited  chan struct{}    // closed once the process is gone and cleaned up

	readyOnce sync.Once

	mu      sync.Mutex
	current *invocation // nil between invocations
	initErr *InitError
}

// Start runs the bootstrap binary in an empty directory, with a Runtime API of
// its own on the loopback interface. env is the whole environment of the
// process; only AWS_LAMBDA_RUNTIME_API is added to it. The process is killed
// when ctx ends. Start does not wait for the process to come up: see
// [Function.Ready].
func Start(ctx context.Context, bootstrap string, env []string) (*Function, error) {
	path, err := filepath.Abs(bootstrap)
	if err != nil {
		return nil, fmt.Errorf("find bootstrap: %w", err)
	}
	logs, err := newLogFile()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "larkbridge-task-")
	if err != nil {
		return nil, fmt.Errorf("make task directory: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("listen for the runtime API: %w", err)
	}
	f := &Function{
		logs:    logs,
		pending: make(chan *invocation),
		ready:   make(chan struct{}),
		exited:  make(chan struct{}),
	}
	f.cmd = exec.CommandContext(ctx, path)
	f.cmd.Dir = dir
	f.cmd.Env = append(slices.Clone(env), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	f.cmd.Stdout, f.cmd.Stderr = logs.file, logs.file
	if err := f.cmd.Start(); err != nil {
		listener.Close()
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start bootstrap: %w", err)
	}
	server := &http.Server{Handler: f.runtimeAPI()}
	go server.Serve(listener)
	go f.wait(server, dir)
	return f, nil
}

// wait releases everything the environment holds when its process ends.
func (f *Function) wait(server *http.Server, dir string) {
	_ = f.cmd.Wait() // the state is read from ProcessState
	server.Close()
	os.RemoveAll(dir)
	close(f.exited)
}

// Ready waits until the process asks for its first invocation, the end of a
// cold start. It returns an [InitError] or [ErrExited] if the process ends
// before that.
func (f *Function) Ready(ctx context.Context) error {
	select {
	case <-f.ready:
		return nil
	case <-f.exited:
		return f.exitError()
	case <-ctx.Done():
		return fmt.Errorf("wait for the function to be ready: %w", ctx.Err())
	}
}

// Kill ends the process with SIGKILL and waits until it is gone. Killing a
// process that has ended is no error.
func (f *Function) Kill() error {
	if err := f.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill function: %w", err)
	}
	<-f.exited
	return nil
}

// Stop shuts the environment down as Lambda does: SIGTERM, and SIGKILL half a
// second later if the process is still there. Stopping twice is no error.
func (f *Function) Stop() error {
	if err := f.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop function: %w", err)
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-f.exited:
		return nil
	case <-grace.C:
		return f.Kill()
	}
}

// Logs returns everything the process has written to stdout and stderr so far:
// after Invoke, all it wrote before it answered.
func (f *Function) Logs() string { return f.logs.String() }

// CPUTime returns the processor time that the process used. It is zero until
// the process has ended.
func (f *Function) CPUTime() time.Duration {
	select {
	case <-f.exited:
		return f.cmd.ProcessState.UserTime() + f.cmd.ProcessState.SystemTime()
	default:
		return 0
	}
}

// RSS returns the resident memory of the process in bytes. It reads /proc, so
// it works on Linux only, and fails once the process has ended.
func (f *Function) RSS() (int64, error) { return f.memory("VmRSS:") }

// PeakRSS is the most that [Function.RSS] has ever been.
func (f *Function) PeakRSS() (int64, error) { return f.memory("VmHWM:") }

func (f *Function) memory(field string) (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", f.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read resident memory: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		value, found := strings.CutPrefix(lines.Text(), field)
		if !found {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read resident memory: %w", err)
		}
		return kib << 10, nil
	}
	return 0, errors.New("read resident memory: the process has none")
}

// exitError says why the process is gone. Call it only after f.exited closed.
func (f *Function) exitError() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.initErr != nil {
		return f.initErr
	}
	return fmt.Errorf("%w: %s", ErrExited, f.cmd.ProcessState)
}
