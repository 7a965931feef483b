package local_test

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
)

func TestEveryTypeIsAccepted(t *testing.T) {
	f := start(t)
	if len(local.Types()) < 35 {
		t.Fatalf("only %d types", len(local.Types()))
	}
	for _, eventType := range local.Types() {
		if status, body := f.do(f.event(eventType, local.Edit{})); status != 200 {
			t.Errorf("%s: %d %s", eventType, status, body)
		}
	}
	got := 0
	for _, e := range f.entries() {
		if e.Source == bus.Source { // not the results of the echo
			got++
		}
	}
	// All but the ticket and the challenge are on the bus.
	if want := len(local.Types()) - 2; got != want {
		t.Errorf("%d entries, want %d", got, want)
	}
}

func TestRequestIsAsLarkMakesIt(t *testing.T) {
	f := start(t)
	for eventType, want := range map[string]int{"im.message.receive_v1": 64, "card.action.trigger": 64, "card.action.trigger_v1": 40, local.Challenge: 0} {
		req := f.event(eventType, local.Edit{})
		if got := len(req.Header.Get("X-Lark-Signature")); got != want {
			t.Errorf("%s: a signature of %d digits, want %d", eventType, got, want)
		}
		if onCard := strings.HasSuffix(req.URL.Path, "/card"); onCard != strings.HasPrefix(eventType, "card.") {
			t.Errorf("%s goes to %s", eventType, req.URL.Path)
		}
	}
}

func TestSignerOfTheEnvironment(t *testing.T) {
	if _, err := local.NewSigner(env(map[string]string{"APP_ID": "cli_mine", "ENCRYPT_KEY": "k"})); err == nil {
		t.Error("an app without a Verification Token is taken")
	}
	signer, err := local.NewSigner(env(map[string]string{"ENCRYPT_KEY": "another key"}))
	if err != nil {
		t.Fatal(err)
	}
	f := start(t)
	req, err := signer.Request(t.Context(), f.url+"/event", "im.chat.updated_v1", local.Edit{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if status, body := f.do(req); status != 401 {
		t.Errorf("another key gives %d %s", status, body)
	}
}
