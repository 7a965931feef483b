package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cloud is an emulator of AWS that runs the functions.
type cloud struct {
	t        *testing.T
	tools    string // the virtual environment that has sam, aws and ministack
	endpoint string
	log      string
	env      []string     // of the programs that use it
	http     *http.Client // reaches the stacks' URLs
}

// newCloud starts an emulator.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	tools := os.Getenv("LARKBRIDGE_TOOLS")
	if tools == "" {
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		tools = filepath.Join(root, ".tools", "venv")
	}
	c := &cloud{t: t, tools: tools, log: filepath.Join(t.TempDir(), "log")}
	if _, err := os.Stat(c.tool("ministack")); errors.Is(err, fs.ErrNotExist) && os.Getenv("LARKBRIDGE_REQUIRE_EMULATOR") != "1" {
		t.Skip("left out: needs the AWS emulator; `make test` installs it")
	}
	c.launch()
	c.connect()
	return c
}

func (c *cloud) tool(name string) string { return filepath.Join(c.tools, "bin", name) }

// launch starts the emulator on the loopback interface.
func (c *cloud) launch() {
	port := freePort(c.t)
	c.endpoint = "http://127.0.0.1:" + port
	c.env = append(os.Environ(), "AWS_ENDPOINT_URL="+c.endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "SAM_CLI_TELEMETRY=0", "PATH="+filepath.Join(c.tools, "bin")+":"+os.Getenv("PATH"),
		"BIND_HOST=127.0.0.1", "SFTP_ENABLED=0", "IOT_MTLS_ENABLED=0", "GATEWAY_PORT="+port, "PORT="+port) // the two listen elsewhere, too
	log, err := os.Create(c.log)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(c.tool("ministack"))
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, log, log
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it ends its functions too
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		log.Close()
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

func (c *cloud) sqs(operation string, in, out any) {
	c.t.Helper()
	doc, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.endpoint, bytes.NewReader(doc))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil {
		err = json.NewDecoder(resp.Body).Decode(out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s, %v", operation, resp.Status, err)
	}
}

func (c *cloud) aws(args ...string) []byte {
	c.t.Helper()
	return c.run(".", "aws", append(args, "--output", "json", "--endpoint-url", c.endpoint)...)
}

func (c *cloud) json(out any, args ...string) {
	c.t.Helper()
	doc := c.aws(args...)
	if len(doc) == 0 {
		return // some answers are nothing
	}
	if err := json.Unmarshal(doc, out); err != nil {
		c.t.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	}
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

// await polls until done, for a minute.
func (c *cloud) await(what string, done func() bool) {
	c.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !done(); <-tick.C {
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
