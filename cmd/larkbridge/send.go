package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// targetFlags holds the values of the flags that choose between the local run and a stack.
type targetFlags struct{ stack, url string }

func (p program) targetFlags(cmd *cobra.Command) *targetFlags {
	var f targetFlags
	cmd.Flags().StringVar(&f.stack, "stack", p.getenv("LARKBRIDGE_STACK"), "use the stack of this `name` (LARKBRIDGE_STACK) instead of the local run")
	cmd.Flags().StringVar(&f.url, "url", "http://127.0.0.1:"+cmp.Or(p.getenv("PORT"), defaultPort), "the `URL` of the local run")
	return &f
}

// sendTimeout is how long the local run has to answer: a minute, and some time to say so.
const sendTimeout = 65 * time.Second

// local returns a client of the local run.
func (f *targetFlags) local() local.Client {
	return local.Client{URL: f.url, HTTP: &http.Client{Timeout: sendTimeout}}
}

// newSend returns the command send. A request that fails is a failure.
func (p program) newSend() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "send [request or text]",
		Short: "Send a request and wait for the result",
		Long: `Sends to Lark, by the local run or by a stack, and prints the result. With --to
it sends a text, else a request as JSON: as argument, from a file or from standard
input. What the function takes from AWS services, such as an alarm, works, too.`,
		Example: `  larkbridge send --to oc_1 'hi'
  larkbridge send '{"recall":{"message_id":"om_1"}}'
  larkbridge send --stack larkbridge --file request.json`,
		GroupID: groupLocal,
	}
	cmd.Long += accountHelp
	target := p.targetFlags(cmd)
	to := cmd.Flags().String("to", "", "send a text to the chat or the person of this `id` or e-mail address")
	app := cmd.Flags().String("app", lark.DefaultApp, "send the text as the app of this `name`")
	file := cmd.Flags().String("file", "", "read the request or the text from this `file`, - for standard input")
	asJSON := jsonFlag(cmd)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if *file != "" {
			return noArguments(cmd, args)
		}
		return oneArgument("a request, or a text and --to, or --file")(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		payload, err := p.payload(args, *file)
		if err != nil {
			return err
		}
		switch {
		case *to != "":
			if payload, err = operate.TextMessage(*app, *to, string(payload)); err != nil {
				return err
			}
		case !json.Valid(payload):
			return misused(cmd, "the request is not JSON: for a text give --to")
		}
		return p.send(cmd.Context(), target, payload, *asJSON)
	}
	return cmd
}

// payload returns the argument, or the content of the file.
func (p program) payload(args []string, file string) ([]byte, error) {
	if len(args) > 0 {
		return []byte(args[0]), nil
	}
	doc, err := p.readFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	return doc, nil
}

// send sends a request and prints its result.
func (p program) send(ctx context.Context, target *targetFlags, payload []byte, asJSON bool) error {
	function, err := p.sendFunction(ctx, target)
	if err != nil {
		return err
	}
	sent, err := operate.Send(ctx, function, payload)
	if err != nil {
		return err
	}
	if err := p.print(sent, asJSON); err != nil {
		return err
	}
	if sent.Failure != "" {
		return errors.New(sent.Failure)
	}
	return nil
}

// sendFunction returns what invokes send: that of a stack, or of the local run.
func (p program) sendFunction(ctx context.Context, target *targetFlags) (operate.SendFunction, error) {
	if target.stack == "" {
		return target.local().Send, nil
	}
	a, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		return a.lambda().Invoke(ctx, operate.Stack(target.stack).SendFunction(), payload)
	}, nil
}
