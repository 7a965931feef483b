// Package e2e_test deploys the stack to an emulator of AWS that runs the
// functions, and drives it from outside: build, deploy, settings, a signed
// event over HTTP, the bus, a rule, send, and the stand-in for Lark.
package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestDeployed(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	latest := s.useTemplate("../awstest/template/testdata/before.yaml")
	s.build()
	s.deploy()
	s.complete()
	platform, url := stage.Lark(t, larktest.App{})
	settings, err := json.Marshal(stage.Settings(map[string]any{"domain": url}))
	if err != nil {
		t.Fatal(err)
	}
	s.call("ssm", "AmazonSSM.PutParameter", map[string]any{"Type": "SecureString", "Name": "/larkbridge/default", "Value": string(settings)}, nil)
	t.Run("loop", func(t *testing.T) { s.loop(t, platform) })
	t.Run("upgrade", func(t *testing.T) {
		s.useTemplate(latest)
		s.build()
		s.upgrade(t)
	})
	t.Run("everything on", func(t *testing.T) {
		s.upgrade(t, everything...)
		if got, want := s.output("BusName"), "larkbridge"; got != want {
			t.Errorf("got the bus %s, want %s", got, want)
		}
	})
}

// An event posted to the deployed URL comes back as a message in the chat.
func (s *stack) loop(t *testing.T, platform *larktest.Platform) {
	s.ruleToQueue()
	for range 2 { // delivered twice, answered once
		s.postEvent(stage.Payload(t, "im.message.receive_v1"))
	}
	s.await("the answer in the chat", func() bool { return len(platform.Messages("")) > 0 })
	if got := platform.Messages(""); len(got) != 1 || got[0].Content != `{"text":"You said: hello"}` {
		t.Errorf("in the chat: got %+v, want one answer", got)
	}
	forged := stage.Delivery(stage.Payload(t, "im.message.receive_v1"))
	forged.Body[30] ^= 1
	if status, body := s.post(s.url+"/event", forged); status != 401 || body != `{"error":"unauthorized"}` {
		t.Errorf("a forged event: got %d %s, want 401", status, body)
	}
}

// While events keep coming, the stack is deployed anew: no event is lost, and none
// is there twice that the first delivery brought in time. What holds data stays.
func (s *stack) upgrade(t *testing.T, parameters ...string) {
	queue := s.probe()
	before := s.stores()
	var late sync.Map // ids of events that may be there twice
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
				id := fmt.Sprintf("%s-%d-%d", strings.ReplaceAll(t.Name(), "/", "-"), worker, n)
				if !s.postEvent([]byte(`{"schema":"2.0","header":{"event_id":"` + id + `","event_type":"load.test_v1","token":"` + larktest.VerificationToken +
					`","app_id":"` + larktest.AppID + `"},"event":{}}`)) {
					late.Store(id, nil)
				}
				accepted.Add(1)
			}
		})
	}
	s.deploy(append([]string{"LogLevel=DEBUG"}, parameters...)...)
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
		t.Errorf("on the bus: got %d events, want %d", len(seen), want)
	}
	for id, n := range seen {
		if _, may := late.Load(id); n != 1 && !may {
			t.Errorf("event %s on the bus: got it %d times, want once", id, n)
		}
	}
	if after := s.stores(); !slices.Equal(before, after) {
		t.Errorf("stores after the upgrade: got %q, want those before it, %q", after, before)
	}
	t.Logf("%d events during the upgrade", want)
}

// stores are the names of what holds data.
func (s *stack) stores() (names []string) {
	s.t.Helper()
	for _, output := range []string{"TableName", "BucketName", "BusArn", "SendQueueUrl", "OrderedSendQueueUrl", "AlarmTopicArn"} {
		names = append(names, s.output(output))
	}
	return names
}

// postEvent posts an event until it is accepted, as Lark does: a busy machine may
// answer 503. It reports whether the first delivery was accepted before the
// function publishes a second time, which it does after 0.9 s without an answer.
func (s *stack) postEvent(payload []byte) (inTime bool) {
	var status int
	var body string
	start := time.Now()
	for n := 1; time.Since(start) < 5*time.Minute; n++ {
		if status, body = s.post(s.url+"/event", stage.Delivery(payload)); status == 200 && body == "{}" {
			return n == 1 && time.Since(start) < 900*time.Millisecond
		}
	}
	s.t.Errorf("%s: got %d %s for 5 minutes, want 200 {}", payload, status, body)
	return false
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
