package e2e_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// cloud is an emulator of AWS that runs the functions.
type cloud struct {
	t        *testing.T
	bin      string // the folder that has sam, aws and python
	endpoint string
	log      string
	env      []string     // of the programs that use it
	http     *http.Client // reaches the stacks' URLs
}

// newCloud starts an emulator.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	bin := filepath.Dir(harness.Python(t))
	c := &cloud{t: t, bin: bin, log: filepath.Join(t.TempDir(), "log")}
	c.launch()
	c.connect()
	return c
}

func (c *cloud) tool(name string) string { return filepath.Join(c.bin, name) }

// launcher runs ministack until its standard input closes, which it does when
// this process ends in whatever way. Then ministack ends its functions, too:
// nothing is left behind.
const launcher = `
import os, signal, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
from ministack.app import main
main()
`

// launch starts the emulator on the loopback interface.
func (c *cloud) launch() {
	port := freePort(c.t)
	c.endpoint = "http://127.0.0.1:" + port
	c.env = append(os.Environ(), "AWS_ENDPOINT_URL="+c.endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "SAM_CLI_TELEMETRY=0", "PATH="+c.bin+":"+os.Getenv("PATH"),
		"BIND_HOST=127.0.0.1", "SFTP_ENABLED=0", "IOT_MTLS_ENABLED=0", "GATEWAY_PORT="+port, "PORT="+port) // the two listen elsewhere, too
	log, err := os.Create(c.log)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(c.tool("python"), "-c", launcher)
	own := c.t.TempDir() // else all emulators of a machine share what they unpack and save
	cmd.Env, cmd.Stdout, cmd.Stderr = slices.Concat(c.env, []string{"TMPDIR=" + own, "STATE_DIR=" + own}), log, log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		stdin.Close()
		stuck := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer stuck.Stop()
		_ = cmd.Wait() // interrupted, or killed
	})
	c.await("the emulator", func() bool {
		resp, err := http.Get(c.endpoint + "/_ministack/health")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (c *cloud) run(dir, tool string, args ...string) []byte {
	c.t.Helper()
	cmd := exec.Command(c.tool(tool), args...)
	cmd.Dir, cmd.Env = dir, c.env
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		c.t.Fatalf("%s %s: %v\n%s\n%s", tool, strings.Join(args, " "), err, out, exit.Stderr)
	}
	return out
}

// await polls until done, for at most 5 minutes.
func (c *cloud) await(what string, done func() bool) {
	c.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(5 * time.Minute); !done(); <-tick.C {
		if time.Now().After(end) {
			c.t.Fatalf("%s did not come\n%s", what, c.logs())
		}
	}
}

func (c *cloud) logs() string {
	content, err := os.ReadFile(c.log)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(content[max(0, len(content)-4000):])
}
