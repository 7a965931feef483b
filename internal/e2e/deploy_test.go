// Package deploy_test deploys the stack to an emulator of AWS that runs the
// functions, and drives it from outside: build, deploy, settings, a signed
// event over HTTP, the bus, a rule, send, and the stand-in for Lark.
package deploy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestDeployed(t *testing.T) {
	s := newStack(t)
	s.build()
	s.deploy()
	s.complete()
	platform, url := stage.Lark(t, larktest.App{})
	settings, err := json.Marshal(stage.Settings(map[string]any{"domain": url}))
	if err != nil {
		t.Fatal(err)
	}
	s.aws("ssm", "put-parameter", "--type", "SecureString", "--overwrite", "--name", "/larkbridge/default", "--value", string(settings))
	t.Run("loop", func(t *testing.T) { s.loop(t, platform) })
	t.Run("upgrade", s.upgrade)
}

// An event posted to the deployed URL comes back as a message in the chat.
func (s *stack) loop(t *testing.T, platform *larktest.Platform) {
	s.ruleToQueue()
	for range 2 { // delivered twice, answered once
		if status, body := s.post(s.url+"/event", stage.Delivery(stage.Payload(t, "im.message.receive_v1"))); status != 200 || body != "{}" {
			t.Fatalf("got %d %s\n%s", status, body, s.logs())
		}
	}
	s.await("the answer in the chat", func() bool { return len(platform.Messages("")) > 0 })
	if got := platform.Messages(""); len(got) != 1 || got[0].Content != `{"text":"You said: hello"}` {
		t.Errorf("in the chat: %+v", got)
	}
	forged := stage.Delivery(stage.Payload(t, "im.message.receive_v1"))
	forged.Body[30] ^= 1
	if status, body := s.post(s.url+"/event", forged); status != 401 || body != `{"error":"unauthorized"}` {
		t.Errorf("a forged event: %d %s", status, body)
	}
}

// While events keep coming, the stack is deployed anew with another version of
// the functions: no event is lost, and none is there twice.
func (s *stack) upgrade(t *testing.T) {
	queue := s.probe()
	var accepted atomic.Int32
	stop := make(chan struct{})
	var load sync.WaitGroup
	for worker := range 2 {
		load.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				s.deliver(worker, n)
				accepted.Add(1)
			}
		})
	}
	s.deploy("LogLevel=DEBUG")
	close(stop)
	load.Wait()
	want := int(accepted.Load())
	seen := map[string]int{}
	s.await("every event on the bus", func() bool {
		for _, id := range s.drain(queue) {
			seen[id]++
		}
		return len(seen) >= want
	})
	if len(seen) != want {
		t.Errorf("%d events of %d are on the bus", len(seen), want)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("event %s is there %d times", id, n)
		}
	}
	t.Logf("%d events during the upgrade", want)
}

// deliver posts an event until it is accepted, as Lark does.
func (s *stack) deliver(worker, n int) {
	id := fmt.Sprintf("load-%d-%d", worker, n)
	payload := []byte(`{"schema":"2.0","header":{"event_id":"` + id + `","event_type":"load.test_v1","token":"` + larktest.VerificationToken +
		`","app_id":"` + larktest.AppID + `"},"event":{}}`)
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); {
		if status, _ := s.post(s.url+"/event", stage.Delivery(payload)); status == 200 {
			return
		}
	}
	s.t.Errorf("event %s was not accepted in 5 minutes", id)
}

// post sends a request to a URL of the stack.
func (s *stack) post(url string, r lark.Delivery) (int, string) {
	req, err := r.NewRequest(s.t.Context(), url)
	if err != nil {
		s.t.Error(err)
		return 0, ""
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}
