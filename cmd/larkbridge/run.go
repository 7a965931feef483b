package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/lib/wire"
)

const runUsage = `Usage: larkbridge run

Runs the event, card and send functions in this process, on 127.0.0.1:8787
(PORT sets another port; 0 takes a free one). Events go to a bus in memory.

Without APP_ID a stand-in takes the place of Lark, and one message goes through
the whole loop at the start, and a card with buttons into the chat: larkbridge
trigger card.action.trigger clicks it. With APP_ID send calls the real Lark: set
APP_SECRET, ENCRYPT_KEY and VERIFICATION_TOKEN, too.
`

// local runs the command run until ctx ends and returns the exit code.
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
	if err := c.serve(ctx, l); err != nil {
		return c.fail(err)
	}
	return exitOK
}

// serve serves on l until ctx ends.
func (c command) serve(ctx context.Context, l net.Listener) error {
	show := (&printer{out: c.out, colour: c.colour}).print
	calls := local.NewCalls(show, c.now)
	if !local.Real(c.getenv) {
		return c.serveStandIn(ctx, l, calls, show)
	}
	app, err := local.NewApp(c.getenv, "")
	if err != nil {
		return err
	}
	s := serve(l, local.New(app, calls.Watch(wire.LarkHTTP()), calls, c.now, show))
	defer s.stop()
	fmt.Fprintf(c.out, "larkbridge is running on %s as app %s of %s: what is sent arrives.\n", s.url, app.AppID, app.BaseURL)
	c.printUsage(s.url, false)
	return c.wait(ctx, s)
}

// serveStandIn serves with the stand-in for Lark, and runs the demo.
func (c command) serveStandIn(ctx context.Context, l net.Listener, calls *local.Calls, show func(local.Step)) error {
	other, err := listen("0")
	if err != nil {
		return err
	}
	platform := local.NewPlatform(calls)
	standin := serve(other, platform)
	defer standin.stop()
	app, err := local.NewApp(c.getenv, standin.url)
	if err != nil {
		return err
	}
	server := local.New(app, wire.LarkHTTP(), calls, c.now, show)
	echo := demo.NewEcho(ctx, server)
	defer echo.Wait()
	approval := demo.NewApproval(ctx, server, platform)
	defer approval.Wait()
	s := serve(l, server)
	defer s.stop()
	c.runDemo(ctx, s.url, echo, approval)
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
