package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"
)

// launchLimit is generous: moto takes a second, but not on a busy machine.
const launchLimit = 5 * time.Minute

// launcher runs moto until its standard input closes, which it does when this
// process ends in whatever way: no emulator is left behind.
const launcher = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(sys.argv[1:])
`

// Emulator is a running moto behind a fault proxy.
type Emulator struct {
	proxy  *Proxy
	direct string // moto's own address, for what tests set up and look at
	client *http.Client

	cmd    *exec.Cmd
	stdin  io.Closer
	logs   *logFile
	exited chan struct{}
}

// StartEmulator launches an emulator that stops at the end of the test. Where
// none is installed the test is skipped, or fails if the environment has
// LARKBRIDGE_REQUIRE_EMULATOR=1.
func StartEmulator(t testing.TB) *Emulator {
	t.Helper()
	e, err := LaunchEmulator(t.Context())
	checkLaunch(t, err)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("stop emulator: %v", err)
		}
	})
	return e
}

// SharedEmulator is one emulator for the tests of a package, launched when the
// first test asks for it. The zero value is ready for use.
type SharedEmulator struct {
	once     sync.Once
	emulator *Emulator
	err      error
}

// Get returns the emulator, or skips or fails the test as [StartEmulator] does.
func (s *SharedEmulator) Get(t testing.TB) *Emulator {
	t.Helper()
	s.once.Do(func() { s.emulator, s.err = LaunchEmulator(context.Background()) })
	checkLaunch(t, s.err)
	return s.emulator
}

// Main runs the tests of a package and stops the emulator: it is all that
// TestMain does. It does not return.
func (s *SharedEmulator) Main(m *testing.M) {
	code := m.Run()
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop emulator:", err)
		code = 1
	}
	os.Exit(code)
}

// Close stops the emulator if a test has launched it.
func (s *SharedEmulator) Close() error {
	if s.emulator == nil {
		return nil
	}
	return s.emulator.Close()
}

func checkLaunch(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrNoEmulator) && os.Getenv("LARKBRIDGE_REQUIRE_EMULATOR") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// LaunchEmulator runs an emulator on the loopback interface and returns once it
// answers. ctx bounds the launch only; the caller closes the emulator. The
// error is [ErrNoEmulator] where none is installed.
func LaunchEmulator(ctx context.Context) (*Emulator, error) {
	python, err := emulatorPython()
	if err != nil {
		return nil, err
	}
	logs, err := newLogFile()
	if err != nil {
		return nil, err
	}
	e := &Emulator{client: new(http.Client), logs: logs, exited: make(chan struct{})}
	// Port 0 and not one found to be free before: another could take that.
	e.cmd = exec.Command(python, "-c", launcher, "-H", "127.0.0.1", "-p", "0")
	e.cmd.Stdout, e.cmd.Stderr = logs.file, logs.file
	if e.stdin, err = e.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("connect to the emulator: %w", err)
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	go func() {
		_ = e.cmd.Wait() // ended by Close, or its logs say why
		close(e.exited)
	}()
	ctx, cancel := context.WithTimeout(ctx, launchLimit)
	defer cancel()
	if err := e.await(ctx); err != nil {
		e.end()
		return nil, fmt.Errorf("wait for the emulator: %w\n%s", err, e.logs)
	}
	if e.proxy, err = StartProxy(e.direct); err != nil {
		e.end()
		return nil, err
	}
	return e, nil
}

// await polls until moto has said where it listens and answers there.
func (e *Emulator) await(ctx context.Context) error {
	address := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if found := address.FindStringSubmatch(e.logs.String()); found != nil {
			e.direct = found[1]
			if e.answers(ctx) {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-e.exited:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (e *Emulator) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.direct+"/moto-api/data.json", nil)
	if err != nil {
		return false
	}
	response, err := e.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && response.StatusCode == http.StatusOK
}

// Close stops proxy and emulator. Call it once.
func (e *Emulator) Close() error {
	err := e.proxy.Close()
	e.end()
	return err
}

func (e *Emulator) end() {
	e.stdin.Close()
	_ = e.cmd.Process.Kill() // it may be gone already
	<-e.exited
	e.client.CloseIdleConnections()
}

// Endpoint is the address for AWS_ENDPOINT_URL: that of the proxy.
func (e *Emulator) Endpoint() string { return e.proxy.URL() }

// Proxy gives control over the faults on the way to the emulator.
func (e *Emulator) Proxy() *Proxy { return e.proxy }

// Env is the environment that points an AWS SDK at the emulator.
func (e *Emulator) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + e.Endpoint(),
		"AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_SESSION_TOKEN=test",
	}
}
