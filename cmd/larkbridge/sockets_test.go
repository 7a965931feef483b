package main

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sockets returns the addresses at the other ends of a process's sockets, and those on
// which it listens, as /proc has them. It leaves out what is gone while it reads.
func sockets(pid int) (addresses []net.IP, err error) {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	files, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		return nil, err
	}
	var inodes []string
	for _, f := range files {
		to, err := os.Readlink(filepath.Join(proc, "fd", f.Name()))
		if inode, ok := strings.CutPrefix(to, "socket:["); err == nil && ok {
			inodes = append(inodes, strings.TrimSuffix(inode, "]"))
		}
	}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		doc, err := os.ReadFile(filepath.Join(proc, "net", table))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a kernel without IPv6
		}
		if err != nil {
			return nil, err
		}
		lines := strings.Split(strings.TrimSpace(string(doc)), "\n")
		for _, line := range lines[1:] {
			fields := strings.Fields(line)
			if len(fields) > 9 && slices.Contains(inodes, fields[9]) {
				address := fields[2]
				if strings.HasSuffix(address, ":0000") { // it is connected to nothing
					address = fields[1]
				}
				addresses = append(addresses, procIP(address))
			}
		}
	}
	return addresses, nil
}

// procIP returns an address that /proc writes: words of four bytes, the last byte first,
// before a port.
func procIP(s string) net.IP {
	host, _, _ := strings.Cut(s, ":")
	ip, err := hex.DecodeString(host)
	if err != nil {
		return nil
	}
	for i := 0; i+4 <= len(ip); i += 4 {
		slices.Reverse(ip[i : i+4])
	}
	return ip
}

func TestSocketsAreSeen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "udp", "192.0.2.1:9") // which sends nothing
	if err != nil {
		t.Skipf("there is no network to connect to: %v", err)
	}
	defer conn.Close()
	addresses, err := sockets(os.Getpid())
	if err != nil || !slices.ContainsFunc(addresses, net.IPv4(192, 0, 2, 1).Equal) {
		t.Errorf("got %v, %v, want 192.0.2.1 among them", addresses, err)
	}
}

// asProcess is the variable that makes TestRunAsProcess the command run.
const asProcess = "LARKBRIDGE_TEST_RUN_AS_PROCESS"

func TestRunAsProcess(t *testing.T) {
	if os.Getenv(asProcess) == "" {
		t.Skip("only for TestNothingLeavesTheMachine")
	}
	os.Args = []string{"larkbridge", "run"}
	main()
}

// startProxy takes the connections that would go elsewhere, and counts them.
func startProxy(t *testing.T) (url string, connections *atomic.Int64) {
	t.Helper()
	connections = &atomic.Int64{}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			conn.Close()
		}
	}()
	return "http://" + l.Addr().String(), connections
}

// watchSockets looks at the sockets of a process again and again. stop returns the
// addresses that it has seen.
func watchSockets(pid int) (stop func() map[string]bool) {
	var watch sync.WaitGroup
	seen, done := map[string]bool{}, make(chan struct{})
	watch.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			addresses, err := sockets(pid)
			if err != nil {
				return // the process has ended
			}
			for _, ip := range addresses {
				seen[ip.String()] = true
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() map[string]bool {
		close(done)
		watch.Wait()
		return seen
	}
}

// With the stand-in, larkbridge run connects to nothing but this machine, whatever it is
// asked to send. A proxy takes what would go elsewhere, and its sockets are watched.
func TestNothingLeavesTheMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	proxy, connections := startProxy(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunAsProcess$")
	cmd.Env = append(os.Environ(), asProcess+"=1", "PORT=0", "APP_ID=", "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy, "NO_PROXY=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop, url := watchSockets(cmd.Process.Pid), ""
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		url = cmp.Or(url, regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()))
	}
	for _, body := range []string{
		`{"webhook":{"url":"https://open.larksuite.com/open-apis/bot/v2/hook/abc","text":"hi"}}`,
		`{"webhook":{"url":"https://open.feishu.cn/open-apis/bot/v2/hook/abc","text":"hi"}}`,
		`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`,
		`{"request":{"method":"GET","path":"contact/v3/users/ou_1"}}`,
		`{"upload":{"image":{"s3":"s3://example/files/a.png"}}}`,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/send", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		resp.Body.Close()
	}
	seen := stop()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, out) // so that it can write until it ends
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if n := connections.Load(); n > 0 {
		t.Errorf("got %d connections that would leave the machine, want none", n)
	}
	if len(seen) == 0 {
		t.Error("got no socket, want some")
	}
	for address := range seen {
		if !net.ParseIP(address).IsLoopback() {
			t.Errorf("got a socket of %s, want those of this machine only", address)
		}
	}
}
