package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// demoTimeout is how long each part of the demo may take.
const demoTimeout = 10 * time.Second

// runDemo sends one message through the whole loop and a card into the chat, and
// prints what the user can do next.
func (p program) runDemo(ctx context.Context, url string, echo *demo.Echo, approval *demo.Approval) {
	fmt.Fprintf(p.out, "larkbridge is running on %s, with a stand-in for Lark: nothing leaves this machine.\n", url)
	fmt.Fprint(p.out, "One message goes through the whole loop:\n\n")
	if err := p.demo(ctx, url, echo); err != nil {
		fmt.Fprintf(p.out, "\nThe echo did not come back: %v\n", err)
	} else {
		fmt.Fprint(p.out, "\nThe echo is in the chat. A card that asks for approval goes there, too:\n\n")
	}
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	if err := approval.Ask(ctx); err != nil {
		fmt.Fprintf(p.out, "\nThe card is not there: %v\n", err)
	}
	fmt.Fprintln(p.out)
	p.printUsage(url, true)
}

// demo posts a message event as Lark does and waits for its echo.
func (p program) demo(ctx context.Context, url string, echo *demo.Echo) error {
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	signer, err := local.NewSigner(p.getenv)
	if err != nil {
		return err
	}
	req, err := signer.Request(ctx, url+local.Endpoint(lark.TypeMessageReceive), lark.TypeMessageReceive, local.Edit{}, p.now())
	if err != nil {
		return err
	}
	reply, err := local.PostEvent(client(), req)
	if err != nil {
		return err
	}
	if reply.Status != http.StatusOK {
		return fmt.Errorf("the event was answered with %d %s", reply.Status, reply.Body)
	}
	select {
	case err := <-echo.First():
		return err
	case <-ctx.Done():
		return errors.New("send gave no result in time")
	}
}

// printUsage prints the commands to try next; card is whether a card can be clicked.
func (p program) printUsage(url string, card bool) {
	trigger := func(eventType, more string) string {
		line := "go run ./cmd/larkbridge trigger " + eventType + more
		if url != "http://127.0.0.1:"+defaultPort {
			line += " --url " + url + local.Endpoint(eventType)
		}
		return line
	}
	click := ""
	if card {
		click = `
  click    ` + trigger(lark.TypeCardAction, ` --value '{"action":"approve"}'`) + `
  slowly   ` + trigger(lark.TypeCardAction, ` --value '{"action":"approve","how":"slowly"}'`)
	}
	_, _ = io.WriteString(p.out, `Now you:

  look     `+url+`
  trigger  `+trigger(lark.TypeMessageReceive, "")+click+`
  send     curl -d '{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}' `+url+`/send

Each step shows here as it happens. Ctrl-C stops.

`)
}
