package account_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/account"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const text = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`

// trouble is what an alarm is for.
type trouble struct {
	parameters map[string]string
	settings   map[string]any
	cause      func(t *testing.T, a *account.Account, platform *larktest.Platform)
}

func event(t *testing.T) lark.Delivery {
	return stage.Delivery(stage.Payload(t, "im.message.receive_v1"))
}
func click(t *testing.T) lark.Delivery {
	return stage.Delivery(stage.Payload(t, "card.action.trigger"))
}

// post posts to the event function and says what has to come of it.
func post(t *testing.T, a *account.Account, path string, req lark.Delivery, want int) {
	t.Helper()
	if status, body := a.Post(path, req); status != want {
		t.Errorf("got %d %s, want %d\n%s", status, body, want, a.Logs("event"))
	}
}

// giveUp makes a dead letter: Lark wants the request an hour later, each time.
func giveUp(a *account.Account, platform *larktest.Platform) {
	platform.Fail(larktest.Fault{Kind: larktest.Throttle, Reset: time.Hour, Match: isMessage})
	a.Put(a.Outputs["SendQueueArn"], text)
	a.Deliver()
}

func isMessage(r *http.Request) bool { return r.URL.Path == "/open-apis/im/v1/messages" }

// hang is a card_handler that does not answer.
func hang(a *account.Account) {
	a.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
}

var troubles = map[string]trouble{
	"refused": {cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		for range 10 {
			forged := event(t)
			forged.Body[30] ^= 1
			post(t, a, "/event", forged, 401)
		}
	}},
	"server-errors": {cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		a.Proxy().Inject(harness.Fault{Operation: "PutEvents", Kind: harness.ServerError()})
		post(t, a, "/event", event(t), 503)
	}},
	"dedupe-bypassed": {cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		a.Proxy().Inject(harness.Fault{Operation: "UpdateItem", Kind: harness.Refuse("AccessDeniedException")})
		post(t, a, "/event", event(t), 200)
	}},
	"dead-letters": {cause: func(_ *testing.T, a *account.Account, platform *larktest.Platform) { giveUp(a, platform) }},
	"dead-letters-age": {cause: func(_ *testing.T, a *account.Account, platform *larktest.Platform) {
		giveUp(a, platform)
		a.Pass(3 * 24 * time.Hour)
	}},
	"throttled": {parameters: map[string]string{"ReservedConcurrency": "1"}, cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		arrived, leave := make(chan struct{}), make(chan struct{})
		a.Proxy().Inject(harness.Fault{Operation: "PutEvents", Times: 1, Kind: func(c *harness.Call) *harness.Answer {
			close(arrived)
			<-leave
			return c.Forward()
		}})
		var first sync.WaitGroup
		first.Go(func() { post(t, a, "/event", event(t), 200) })
		<-arrived
		post(t, a, "/event", event(t), 503)
		close(leave)
		first.Wait()
	}},
	"token-failed": {settings: map[string]any{"app_secret": "not the app's"}, cause: func(_ *testing.T, a *account.Account, _ *larktest.Platform) {
		for range 3 {
			a.Put(a.Outputs["SendQueueArn"], text)
		}
		a.Deliver()
	}},
	"cards": {settings: map[string]any{"card_handler": "not-there"}, cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		post(t, a, "/card", click(t), 200)
	}},
	"cards, lost": {cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		a.Proxy().Inject(harness.Fault{Operation: "PutEvents", Kind: harness.ServerError()})
		post(t, a, "/card", click(t), 200)
	}},
	"send-failed": {cause: func(_ *testing.T, a *account.Account, _ *larktest.Platform) {
		for range 5 {
			a.Put(a.Outputs["SendQueueArn"], `{"message":{"to":{"chat_id":"oc_1"}}}`)
		}
		a.Deliver()
	}},
	"slow": {settings: map[string]any{"card_handler": "slow"}, cause: func(t *testing.T, a *account.Account, _ *larktest.Platform) {
		hang(a)
		post(t, a, "/card", click(t), 200)
		a.Pass(5 * time.Minute) // ten minutes of it
		post(t, a, "/card", stage.Delivery(stage.Payload(t, "url.preview.get")), 200)
	}},
}

// Every alarm is quiet, is raised by what it is for, and is quiet again once
// that is over.
func TestAlarms(t *testing.T) {
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			alarm := alarmOf(name)
			a, platform := deploy(t, trouble.parameters, trouble.settings)
			post(t, a, "/event", stage.Delivery(stage.Payload(t, "app_open")), 200)
			// How long an answer takes without trouble depends on the machine.
			if name != "slow" && a.Alarmed(alarm) {
				t.Error("alarmed by nothing")
			}
			trouble.cause(t, a, platform)
			if !a.Alarmed(alarm) {
				t.Errorf("not alarmed\n%s%s", a.Logs("event"), a.Logs("send"))
			}
			a.Proxy().Reset()
			a.Purge()
			a.Pass(time.Hour)
			if a.Alarmed(alarm) {
				t.Error("still alarmed")
			}
		})
	}
}

// alarmOf is the alarm of a trouble: "cards, lost" is one of the alarm cards.
func alarmOf(trouble string) string { return strings.Split(trouble, ",")[0] }

// The ticket's alarm is the other way round: it is raised by what is missing.
func TestTicketAlarm(t *testing.T) {
	a := account.New(t, emulator.Get(t), map[string]string{"MarketplaceApp": "default"})
	a.ConnectLark(larktest.App{Marketplace: true}, map[string]any{"type": "marketplace"})
	for range 2 { // as time goes on
		if !a.Alarmed("ticket") {
			t.Error("not alarmed without a ticket")
		}
		for range 3 {
			post(t, a, "/event", stage.Delivery(stage.Payload(t, "app_ticket")), 200)
			if a.Alarmed("ticket") {
				t.Errorf("alarmed with a ticket\n%s", a.Logs("event"))
			}
			a.Pass(time.Hour)
		}
		a.Pass(time.Hour)
	}
}

// No alarm is left out.
func TestEveryAlarmIsTested(t *testing.T) {
	a := account.New(t, emulator.Get(t), map[string]string{"MarketplaceApp": "default"})
	tested := map[string]bool{"ticket": true}
	for name := range troubles {
		tested[alarmOf(name)] = true
	}
	names := slices.Sorted(slices.Values(a.AlarmNames()))
	if want := slices.Sorted(maps.Keys(tested)); !slices.Equal(names, want) {
		t.Errorf("the template has %v, tested are %v", names, want)
	}
}
