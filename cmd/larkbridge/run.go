package main

import (
	"cmp"
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/internal/local/inspector"
	"github.com/larkbridge/larkbridge/lib/wire"
)

// newRun returns the command run.
func (p program) newRun() *cobra.Command {
	var own ownCode
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run everything on this machine and show each step",
		Long: `Runs the event, card and send functions in this process, on 127.0.0.1:8787
(PORT sets another port; 0 takes a free one). Events go to a bus in memory.

Without APP_ID a stand-in takes the place of Lark, and one message goes through
the whole loop at the start, and a card with buttons into the chat: larkbridge
trigger card.action.trigger clicks it. With APP_ID your own app takes part, and
what is sent arrives. These variables of the environment describe it:

  APP_ID, APP_SECRET               Credentials & Basic Info in the Lark console
  ENCRYPT_KEY, VERIFICATION_TOKEN  Events & Callbacks, Encryption Strategy
  LARK_DOMAIN                      lark (default), feishu or a base URL
  APP_TYPE                         custom (default) or marketplace
  HELP_DESK_ID, HELP_DESK_TOKEN    for the help desk APIs
  DEFAULT_TO                       who gets notices, such as alarms

Your own code takes part with --rule and --card-handler. It gets an event as on
AWS: a URL in a POST request, a command on its standard input, and a handler in
Python or Node as its first argument, in one process that is started anew when
the file changes. An answer that is a request, and one to a click, goes to send.
The clients of SQS, Lambda and EventBridge in an AWS SDK reach this process.`,
		Example: `  larkbridge run --rule pattern.json --to app.py:handler
  larkbridge run --rule examples/echo/template.yaml
  larkbridge run --card-handler 'node answer.mjs'`,
		Args:    noArguments,
		GroupID: groupLocal,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if own.misplaced != "" {
				return misused(cmd, "--to %q must follow its --rule", own.misplaced)
			}
			l, err := listen(cmp.Or(p.getenv("PORT"), defaultPort))
			if err != nil {
				return err
			}
			defer l.Close()
			return p.serve(cmd.Context(), l, &own)
		},
	}
	own.addTo(cmd.Flags())
	return cmd
}

// serve serves on l until ctx ends.
func (p program) serve(ctx context.Context, l net.Listener, own *ownCode) error {
	timeline := inspector.NewTimeline()
	show := timeline.Record((&printer{out: p.out, colour: p.colour}).print)
	calls := local.NewCalls(show, p.now)
	if !local.Real(p.getenv) {
		return p.serveStandIn(ctx, l, own, calls, timeline, show)
	}
	app, err := local.NewApp(p.getenv, "")
	if err != nil {
		return err
	}
	server := local.New(app, calls.Watch(wire.LarkHTTP()), calls, p.now, p.noticeChallenge(show))
	if err := inspector.Add(ctx, server, nil, timeline); err != nil {
		return err
	}
	server.SetDefaultTo(p.getenv("DEFAULT_TO"))
	defer server.Close()
	if err := own.start(ctx, server, siteURL(l)); err != nil {
		return err
	}
	s := serve(l, server)
	defer s.stop()
	p.printRealApp(s.url, app)
	p.printUsage(s.url, false)
	p.checkRealApp(ctx, app)
	return p.wait(ctx, s)
}

// serveStandIn serves with the stand-in for Lark, and runs the demo unless there is own
// code.
func (p program) serveStandIn(ctx context.Context, l net.Listener, own *ownCode, calls *local.Calls, timeline *inspector.Timeline, show func(local.Step)) error {
	other, err := listen("0")
	if err != nil {
		return err
	}
	platform := local.NewPlatform(calls)
	standin := serve(other, platform)
	defer standin.stop()
	app, err := local.NewApp(p.getenv, standin.url)
	if err != nil {
		return err
	}
	server := local.New(app, local.ToStandIn(standin.url, wire.LarkHTTP()), calls, p.now, show)
	if err := inspector.Add(ctx, server, platform, timeline); err != nil {
		return err
	}
	server.SetDefaultTo(local.SampleChat)
	defer server.Close()
	if own.used() {
		server.AddUsers(platform, nil, nil)
		return p.serveOwnCode(ctx, l, server, own)
	}
	server.SetFiles(local.Folder(own.files))
	echo := demo.NewEcho(ctx, server)
	defer echo.Wait()
	approval := demo.NewApproval(ctx, server, platform)
	defer approval.Wait()
	s := serve(l, server)
	defer s.stop()
	p.runDemo(ctx, s.url, echo, approval)
	return p.wait(ctx, s)
}

// serveOwnCode serves with own code and the stand-in.
func (p program) serveOwnCode(ctx context.Context, l net.Listener, server *local.Server, own *ownCode) error {
	if err := own.start(ctx, server, siteURL(l)); err != nil {
		return err
	}
	s := serve(l, server)
	defer s.stop()
	fmt.Fprintf(p.out, "larkbridge is running on %s with your code, and with a stand-in for Lark.\n", s.url)
	p.printUsage(s.url, false)
	return p.wait(ctx, s)
}

// wait returns when ctx ends or the server fails.
func (p program) wait(ctx context.Context, s *site) error {
	select {
	case <-ctx.Done():
		fmt.Fprintln(p.out, "\nStopped.")
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the server ended: %w", err)
	}
}
