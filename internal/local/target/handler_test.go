package target_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local/target"
)

// config is one whose timeout no busy machine reaches.
func config(output *output) target.Config {
	return target.Config{Timeout: 5 * time.Minute, Env: []string{"COLOUR=blue"}, Output: output}
}

// output keeps what is printed. It is safe for concurrent use.
type output struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.String()
}

// language is one in which handlers are written.
type language struct{ program, file, code string }

var languages = map[string]language{
	"Python": {"python3", "app.py", `
import os, sys, time
calls = 0
def handler(event, context):
    global calls
    calls += 1
    print("printed", flush=True)
    if event == "fail":
        raise ValueError("no such thing")
    if event == "exit":
        os._exit(3)
    if event == "wait":
        time.sleep(3600)
    if event == "nothing":
        return None
    if event == "no JSON":
        return {1, 2}
    return {"event": event, "calls": calls, "colour": os.environ["COLOUR"], "name": context.function_name,
            "id": bool(context.aws_request_id), "time": context.get_remaining_time_in_millis() > 0, "input": sys.stdin.read(), "text": "é\n"}
`},
	"Node": {"node", "index.mjs", `
let calls = 0;
export const handler = async (event, context) => {
  calls++;
  console.log("printed");
  if (event === "fail") throw new RangeError("no such thing");
  if (event === "exit") process.exit(3);
  if (event === "wait") await new Promise((resolve) => setTimeout(resolve, 3600e3));
  if (event === "nothing") return;
  if (event === "no JSON") return { n: 1n };
  return { event, calls, colour: process.env.COLOUR, name: context.functionName,
           id: !!context.awsRequestId, time: context.getRemainingTimeInMillis() > 0, input: "", text: "é\n" };
};
`},
}

// write writes the code into a folder and returns the file.
func (l language) write(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath(l.program); err != nil {
		t.Skipf("left out: needs %s in the PATH", l.program)
	}
	file := filepath.Join(t.TempDir(), l.file)
	if err := os.WriteFile(file, []byte(l.code), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func invoke(t *testing.T, h target.Target, event string) string {
	t.Helper()
	answer, err := h.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return string(answer)
}

func TestHandler(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var printed output
			h, err := target.Parse(l.write(t)+":handler", config(&printed))
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			if err := h.Start(); err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(invoke(t, h, `{"n":1.5}`)), &got); err != nil {
				t.Fatal(err)
			}
			for field, want := range map[string]any{
				"calls": 1., "colour": "blue", "name": strings.TrimSuffix(l.file, filepath.Ext(l.file)),
				"id": true, "time": true, "input": "", "text": "é\n",
			} {
				if got[field] != want {
					t.Errorf("%s: got %v, want %v", field, got[field], want)
				}
			}
			if answer := invoke(t, h, `"nothing"`); answer != "null" {
				t.Errorf("got %s, want null", answer)
			}
			if answer := invoke(t, h, `"more"`); !strings.Contains(answer, `"calls": 3`) && !strings.Contains(answer, `"calls":3`) {
				t.Errorf("got %s, want the third call of the same process", answer)
			}
			if !strings.Contains(printed.String(), "printed\n") {
				t.Errorf("printed: %q", &printed)
			}
		})
	}
}

func TestHandlerFails(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var printed output
			h := target.NewHandler(l.write(t), "handler", config(&printed))
			defer h.Close()
			var raised *target.Error
			if _, err := h.Invoke(t.Context(), []byte(`"fail"`)); !errors.As(err, &raised) || raised.Message != "no such thing" || !strings.HasSuffix(raised.Type, "Error") {
				t.Errorf("got %v, want the handler's error", err)
			}
			if _, err := h.Invoke(t.Context(), []byte(`"no JSON"`)); !errors.As(err, &raised) || raised.Type != "TypeError" {
				t.Errorf("a result that is no JSON: got %v, want a TypeError", err)
			}
			if _, err := h.Invoke(t.Context(), []byte(`"exit"`)); err == nil || errors.As(err, &raised) && raised.Message == "" {
				t.Errorf("got %v, want that the process ended", err)
			}
			if answer := invoke(t, h, `1`); !strings.Contains(strings.ReplaceAll(answer, " ", ""), `"calls":1`) {
				t.Errorf("got %s, want a new process", answer)
			}
			if !strings.Contains(printed.String(), "no such thing") {
				t.Errorf("printed: %q, want the error", &printed)
			}
		})
	}
}

func TestHandlerIsEndedAfterItsTimeout(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := l.write(t)
			h := target.NewHandler(file, "handler", target.Config{Timeout: time.Millisecond, Env: []string{"COLOUR="}, Output: &output{}})
			defer h.Close()
			if _, err := h.Invoke(t.Context(), []byte(`"wait"`)); err == nil || err.Error() != "no answer within 1ms" {
				t.Errorf("got %v, want that there is no answer within 1ms", err)
			}
			patient := target.NewHandler(file, "handler", config(&output{}))
			defer patient.Close()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			if _, err := patient.Invoke(ctx, []byte(`"wait"`)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		})
	}
}

func TestHandlerIsReadAnewWhenItsFileChanges(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := l.write(t)
			h := target.NewHandler(file, "handler", config(&output{}))
			defer h.Close()
			first := invoke(t, h, `1`)
			if err := os.WriteFile(file, []byte(strings.ReplaceAll(l.code, "colour", "color")), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if second := invoke(t, h, `1`); !strings.Contains(first, "colour") || !strings.Contains(second, "color") {
				t.Errorf("got %s and then %s", first, second)
			}
		})
	}
}

func TestHandlerCannotBeLoaded(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := l.write(t)
			h := target.NewHandler(file, "none", config(&output{}))
			defer h.Close()
			for range 2 {
				if _, err := h.Invoke(t.Context(), []byte(`1`)); err == nil || !strings.Contains(err.Error(), "none") {
					t.Errorf("got %v, want that there is no such function", err)
				}
			}
			missing := target.NewHandler(file+"x", "handler", config(&output{}))
			defer missing.Close()
			if err := missing.Start(); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("got %v, want %v", err, os.ErrNotExist)
			}
		})
	}
}

// TestCallback covers the other ways in which Node's handlers answer.
func TestCallback(t *testing.T) {
	l := language{"node", "index.cjs", `
exports.handler = (event, context, callback) => setTimeout(() => event ? callback(null, event) : callback(new Error("empty")), 1);
exports.now = (event) => event;
`}
	file := l.write(t)
	h := target.NewHandler(file, "handler", config(&output{}))
	defer h.Close()
	if answer := invoke(t, h, `"a"`); answer != `"a"` {
		t.Errorf("got %s, want \"a\"", answer)
	}
	if _, err := h.Invoke(t.Context(), []byte(`""`)); err == nil || err.Error() != "Error: empty" {
		t.Errorf("got %v, want Error: empty", err)
	}
	now := target.NewHandler(file, "now", config(&output{}))
	defer now.Close()
	if answer := invoke(t, now, `"b"`); answer != `"b"` {
		t.Errorf("got %s, want \"b\"", answer)
	}
}
