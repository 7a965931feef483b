package examples_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/target"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is the local run with the rules of an example.
type fixture struct {
	t        *testing.T
	url      string
	files    string // the folder of files
	calls    string // the file in which stand-ins of AWS's SDKs write their calls
	app      *lark.App
	platform *larktest.Platform

	mu    sync.Mutex
	steps []local.Step
}

// start starts the local run. program is what the example's code needs; without it the
// test is left out.
func start(t *testing.T, program string, rules ...string) *fixture {
	t.Helper()
	if _, err := exec.LookPath(program); program != "" && err != nil {
		t.Skipf("left out: needs %s in the PATH", program)
	}
	f := &fixture{t: t, files: t.TempDir(), calls: filepath.Join(t.TempDir(), "calls")}
	for name, value := range map[string]string{"CALLS": f.calls, "PYTHONPATH": absolute(t, "testdata/python"), "NODE_PATH": absolute(t, "testdata/node_modules")} {
		t.Setenv(name, value)
	}
	calls := local.NewCalls(f.show, time.Now)
	f.platform = local.NewPlatform(calls)
	standIn := httptest.NewServer(f.platform)
	t.Cleanup(standIn.Close)
	none := func(string) string { return "" }
	var err error
	if f.app, err = local.NewApp(none, standIn.URL); err != nil {
		t.Fatal(err)
	}
	server := local.New(f.app, http.DefaultClient, calls, time.Now, f.show)
	server.AddUsers(f.platform, nil, nil)
	server.SetFiles(local.Folder(f.files))
	site := httptest.NewUnstartedServer(server)
	f.url = "http://" + site.Listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { site.Close(); cancel(); server.Close() })
	for _, file := range rules {
		if err := server.AddRules(ctx, f.url, []local.RuleSpec{{File: file}}); err != nil {
			t.Fatal(err)
		}
	}
	site.Start()
	return f
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (f *fixture) show(s local.Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = append(f.steps, s)
}

// handler returns a function of an example, as it is on AWS.
func (f *fixture) handler(file, function string, env ...string) target.Target {
	f.t.Helper()
	h := target.NewHandler(file, function, target.Config{
		Timeout: 5 * time.Minute, Env: append(env, "AWS_ENDPOINT_URL_LAMBDA="+f.url), Output: io.Discard,
	})
	f.t.Cleanup(h.Close)
	return h
}

func (f *fixture) invoke(h target.Target, event string) (string, error) {
	f.t.Helper()
	answer, err := h.Invoke(f.t.Context(), []byte(event))
	return string(answer), err
}

// post posts the sample of an event type, changed, as Lark does.
func (f *fixture) post(eventType string, change func(event map[string]any)) {
	f.t.Helper()
	sample, ok := larktest.FindSample(eventType)
	if !ok {
		f.t.Fatalf("there is no sample of %s", eventType)
	}
	now := time.Now()
	var payload map[string]any
	if err := json.Unmarshal(sample.For(f.app, now), &payload); err != nil {
		f.t.Fatal(err)
	}
	change(payload["event"].(map[string]any))
	doc, err := json.Marshal(payload)
	if err != nil {
		f.t.Fatal(err)
	}
	req, err := f.app.Sign(doc, now).NewRequest(f.t.Context(), f.url+local.Endpoint(eventType))
	if err != nil {
		f.t.Fatal(err)
	}
	f.do(req)
}

// send posts a document to send and returns the answer.
func (f *fixture) send(doc string) string {
	f.t.Helper()
	return f.request("/send", doc)
}

func (f *fixture) request(path, body string) string {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(req)
}

func (f *fixture) do(req *http.Request) string {
	f.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: got %d %s, %v, want 200", req.URL.Path, resp.StatusCode, body, err)
	}
	return string(body)
}

// message adds a message of a user to the sample's chat and returns its id.
func (f *fixture) message(kind, content string) string {
	return f.platform.AddMessage(larktest.Message{ReceiveID: local.SampleChat, ReceiveIDType: "chat_id", MsgType: kind, Content: content})
}

// await waits until found returns a value that is not empty, and returns it. It fails
// when a step has failed.
func (f *fixture) await(what string, found func() string) string {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if value := found(); value != "" {
			return value
		}
		if s, ok := f.failed(); ok {
			f.t.Fatalf("waiting for %s, a step failed: %+v", what, s)
		}
		select {
		case <-tick.C:
		case <-f.t.Context().Done():
			f.t.Fatalf("there is no %s", what)
		}
	}
}

// failed returns the first step that has failed.
func (f *fixture) failed() (local.Step, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.IndexFunc(f.steps, func(s local.Step) bool { return s.Failed }); i >= 0 {
		return f.steps[i], true
	}
	return local.Step{}, false
}

// answer waits for a message of the app to a receiver whose content has the text.
func (f *fixture) answer(receiver, text string) larktest.Message {
	f.t.Helper()
	var found larktest.Message
	f.await("message with "+text, func() string {
		for _, m := range f.platform.Messages(receiver) {
			if m.AppID != "" && strings.Contains(m.Content, text) {
				found = m
				return m.ID
			}
		}
		return ""
	})
	return found
}

// call waits for a call of a stand-in of an SDK that has the text.
func (f *fixture) call(text string) string {
	f.t.Helper()
	return f.await("call with "+text, func() string {
		doc, _ := os.ReadFile(f.calls) // there is no file before the first call
		for line := range strings.Lines(string(doc)) {
			if strings.Contains(line, text) {
				return line
			}
		}
		return ""
	})
}

// click clicks a card, with this value of the button.
func (f *fixture) click(messageID string, value map[string]any) {
	f.t.Helper()
	var click local.Click
	if err := json.Unmarshal([]byte(f.request("/api/click", `{"message_id":"`+messageID+`"}`)), &click); err != nil {
		f.t.Fatal(err)
	}
	f.post(lark.TypeCardAction, func(event map[string]any) {
		event["token"] = click.Token
		event["action"] = map[string]any{"tag": "button", "value": value}
		event["context"] = map[string]any{"open_message_id": click.MessageID, "open_chat_id": click.ChatID}
	})
}
