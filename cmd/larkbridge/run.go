package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"larkbridge/lib/lark"
	"larkbridge/lib/local"
	"larkbridge/lib/wire"
)

const runUsage = `Usage: larkbridge run

Runs the event, card and send functions in this process, on 127.0.0.1:8787
(PORT sets another port; 0 takes a free one). Events go to a bus in memory.

Without APP_ID a stand-in takes the place of Lark, and one message goes through
the whole loop at the start. With APP_ID send calls the real Lark: set
APP_SECRET, ENCRYPT_KEY and VERIFICATION_TOKEN, too.
`

// demoBudget is how long the loop of the start may take.
const demoBudget = 10 * time.Second

// local is the command run. It stays until ctx ends.
func (c command) local(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(c.err)
	flags.Usage = func() { fmt.Fprint(flags.Output(), runUsage) }
	switch argument, err := parse(flags, args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil || argument != "":
		fmt.Fprint(c.err, runUsage)
		return exitUsage
	}
	l, err := listen(cmp.Or(c.getenv("PORT"), defaultPort))
	if err != nil {
		return c.fail(err)
	}
	defer l.Close()
	if err := c.stay(ctx, l); err != nil {
		return c.fail(err)
	}
	return exitOK
}

// stay serves on l until ctx ends.
func (c command) stay(ctx context.Context, l net.Listener) error {
	show := (&printer{out: c.out, colour: c.colour}).print
	calls := local.NewCalls(show, c.now)
	if local.Real(c.getenv) {
		app, err := local.NewApp(c.getenv, "")
		if err != nil {
			return err
		}
		s := serve(l, local.New(app, calls.Watch(wire.LarkHTTP()), calls, c.now, show))
		defer s.stop()
		fmt.Fprintf(c.out, "larkbridge is running on %s as app %s of %s: what is sent arrives.\n", s.url, app.AppID, app.BaseURL)
		c.sayHow(s.url)
		return c.wait(ctx, s)
	}
	other, err := listen("0")
	if err != nil {
		return err
	}
	platform := serve(other, local.NewPlatform(calls))
	defer platform.stop()
	app, err := local.NewApp(c.getenv, platform.url)
	if err != nil {
		return err
	}
	server := local.New(app, wire.LarkHTTP(), calls, c.now, show)
	echo := local.NewEcho(ctx, server, show)
	defer echo.Wait()
	s := serve(l, server)
	defer s.stop()
	c.greet(ctx, s.url, echo)
	return c.wait(ctx, s)
}

// wait returns when ctx ends or the server fails.
func (c command) wait(ctx context.Context, s *site) error {
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.out, "\nStopped.")
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server ended: %w", err)
	}
}

// greet sends one message through the whole loop and says how to go on.
func (c command) greet(ctx context.Context, url string, echo *local.Echo) {
	fmt.Fprintf(c.out, "larkbridge is running on %s, with a stand-in for Lark: nothing leaves this machine.\n", url)
	fmt.Fprint(c.out, "One message goes through the whole loop:\n\n")
	if err := c.demo(ctx, url, echo); err != nil {
		fmt.Fprintf(c.out, "\nThe echo did not come back: %v\n", err)
	} else {
		fmt.Fprint(c.out, "\nThe echo is in the chat.\n")
	}
	c.sayHow(url)
}

// demo posts a message event as Lark does and waits for its echo.
func (c command) demo(ctx context.Context, url string, echo *local.Echo) error {
	ctx, cancel := context.WithTimeout(ctx, demoBudget)
	defer cancel()
	status, body, err := c.post(ctx, url+local.Door(lark.TypeMessageReceive), lark.TypeMessageReceive, local.Edit{})
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the event was answered with %d %s", status, body)
	}
	select {
	case err := <-echo.First():
		return err
	case <-ctx.Done():
		return errors.New("send gave no result in time")
	}
}

func (c command) sayHow(url string) {
	trigger := "go run ./cmd/larkbridge trigger im.message.receive_v1"
	if url != "http://127.0.0.1:"+defaultPort {
		trigger += " --url " + url + "/event"
	}
	_, _ = io.WriteString(c.out, `Now you:

  look     `+url+`
  trigger  `+trigger+`
  send     curl -d '{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}' `+url+`/send

Each step shows here as it happens. Ctrl-C stops.

`)
}
