// Package agent_test runs the agent in the local run, with its rules, its handlers and the
// stand-in for Amazon Bedrock.
package agent_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is the local run with the agent.
type fixture struct {
	t        *testing.T
	url      string
	app      *lark.App
	platform *larktest.Platform
	messages int
	failed   atomic.Pointer[local.Step] // the first step that has
}

// start starts the agent, whose model pauses so long between two words.
func start(t *testing.T, pause string, env ...string) *fixture {
	t.Helper()
	files := t.TempDir()
	t.Setenv("PATH", filepath.Dir(harness.Python(t))+":"+os.Getenv("PATH")) // moto brings boto3
	setEnv(t, append(env, "PAUSE="+pause, "FILES="+files))
	startStandIn(t)

	f := &fixture{t: t}
	calls := local.NewCalls(func(local.Step) {}, time.Now)
	f.platform = local.NewPlatform(calls)
	standIn := httptest.NewServer(f.platform)
	t.Cleanup(standIn.Close)
	var err error
	if f.app, err = local.NewApp(func(string) string { return "" }, standIn.URL); err != nil {
		t.Fatal(err)
	}
	server := local.New(f.app, http.DefaultClient, calls, time.Now, func(s local.Step) {
		if s.Failed {
			f.failed.CompareAndSwap(nil, &s)
		}
	})
	server.AddUsers(f.platform, nil, nil)
	server.SetFiles(local.Folder(files))
	site := httptest.NewUnstartedServer(server)
	f.url = "http://" + site.Listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { site.Close(); cancel(); server.Close() })
	rules := []local.RuleSpec{{File: "question.json", To: "app.py:handler"}, {File: "stop.json", To: "app.py:stop"}}
	if err := server.AddRules(ctx, f.url, rules); err != nil {
		t.Fatal(err)
	}
	site.Start()
	return f
}

func setEnv(t *testing.T, env []string) {
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
}

// startStandIn starts the stand-in with a command that prints its environment, which
// becomes that of the test, and waits for the end of its input.
func startStandIn(t *testing.T) {
	t.Helper()
	cmd := exec.Command("python3", "local/standin.py", "sh", "-c", "env && echo && cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = cmd.Wait() }) // it has done what it is for
	var env []string
	for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != ""; {
		env = append(env, lines.Text())
	}
	setEnv(t, env)
}

// ask posts a message to the bot and returns its id.
func (f *fixture) ask(change func(message map[string]any)) string {
	f.t.Helper()
	f.messages++
	message := map[string]any{
		"message_id": fmt.Sprintf("om_question%d", f.messages), "chat_id": local.SampleChat, "chat_type": "p2p",
		"message_type": "text", "create_time": fmt.Sprint(time.Now().UnixMilli()),
	}
	change(message)
	id := message["message_id"].(string)
	f.platform.AddMessage(larktest.Message{
		ID: id, ReceiveID: local.SampleChat, ReceiveIDType: "chat_id", MsgType: message["message_type"].(string), Content: message["content"].(string),
	})
	f.post("im.message.receive_v1", map[string]any{"message": message, "sender": map[string]any{"sender_id": map[string]any{"open_id": local.SampleUser}, "sender_type": "user"}})
	return id
}

func text(content string) func(map[string]any) {
	return func(message map[string]any) { message["content"] = `{"text":"` + content + `"}` }
}

// post posts an event as Lark does.
func (f *fixture) post(eventType string, event map[string]any) {
	f.t.Helper()
	now := time.Now()
	doc, err := json.Marshal(map[string]any{"schema": "2.0", "event": event, "header": map[string]any{
		"event_id": fmt.Sprint("e", now.UnixNano()), "event_type": eventType, "token": larktest.VerificationToken,
		"app_id": f.app.AppID, "tenant_key": "t", "create_time": fmt.Sprint(now.UnixMilli()),
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	req, err := f.app.Sign(doc, now).NewRequest(f.t.Context(), f.url+local.Endpoint(eventType))
	if err != nil {
		f.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		f.t.Fatalf("got %d %s, %v, want 200", resp.StatusCode, body, err)
	}
}

// await waits for the answer to a message, as it is when good says so.
func (f *fixture) await(question string, good func(m larktest.Message, closed bool) bool) larktest.Message {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		open := map[string]bool{}
		for _, e := range f.platform.CardEntities() {
			open[e.MessageID] = e.Streaming
		}
		for _, m := range f.platform.Messages(local.SampleChat) {
			if m.ParentID == question && good(m, !open[m.ID]) {
				return m
			}
		}
		if s := f.failed.Load(); s != nil {
			f.t.Fatalf("waiting for the answer to %s, a step failed: %+v", question, *s)
		}
	}
	return larktest.Message{}
}

// wantAnswer waits for the complete answer to a message, which has a text.
func (f *fixture) wantAnswer(question, want string) {
	f.t.Helper()
	m := f.await(question, func(_ larktest.Message, closed bool) bool { return closed })
	if !strings.Contains(m.Content, want) || m.HasButtons() {
		f.t.Errorf("got %s, want %q without a button", m.Content, want)
	}
}

func TestAgent(t *testing.T) {
	f := start(t, "0.02")
	first := f.ask(text("What is the answer to everything, and why is it that?"))
	f.await(first, func(m larktest.Message, closed bool) bool { return !closed && m.HasButtons() })
	f.wantAnswer(first, "You said: What is the answer to everything, and why is it that?")
	updates := 0
	for _, c := range f.platform.Calls() {
		if strings.HasPrefix(c.Path, "/open-apis/cardkit/") && c.Method == http.MethodPut {
			updates++
		}
	}
	if updates == 0 {
		t.Error("got no updates of the card, want that the text grows")
	}

	// It remembers the chat.
	f.wantAnswer(f.ask(text("And now?")), "This is message 3 of our conversation.")
	// It gets a message that is quoted.
	f.wantAnswer(f.ask(func(m map[string]any) { text("Why?")(m); m["parent_id"] = first }), "I reply to this message: ")
	// It sees images.
	f.wantAnswer(f.ask(func(m map[string]any) {
		m["message_type"], m["content"] = "image", `{"image_key":"img_v3_1"}`
		f.platform.AddResource(m["message_id"].(string), "img_v3_1", "image", "image/png", 4, func() io.Reader { return bytes.NewReader([]byte("\x89PNG")) })
	}), "I see 1 image.")
}

func TestStop(t *testing.T) {
	f := start(t, "0.2")
	question := f.ask(text(strings.Repeat("a long question ", 100)))
	m := f.await(question, func(m larktest.Message, _ bool) bool { return m.HasButtons() })
	var card struct {
		Body struct {
			Elements []struct {
				Behaviors []struct{ Value map[string]any }
			}
		}
	}
	if err := json.Unmarshal([]byte(m.Content), &card); err != nil {
		t.Fatal(err)
	}
	f.post(lark.TypeCardAction, map[string]any{
		"operator": map[string]any{"open_id": local.SampleUser}, "token": "c-1",
		"action":  map[string]any{"tag": "button", "value": card.Body.Elements[1].Behaviors[0].Value},
		"context": map[string]any{"open_message_id": m.ID, "open_chat_id": local.SampleChat},
	})
	f.wantAnswer(question, "*Stopped.*")
}

func TestDailyLimit(t *testing.T) {
	f := start(t, "0", "DAILY_ANSWERS_PER_USER=1")
	f.wantAnswer(f.ask(text("one")), "You said: one")
	f.wantAnswer(f.ask(text("two")), "That was the last answer for today.")
}
