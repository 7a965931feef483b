package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/larkbridge/larkbridge/lib/version"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `Usage: larkbridge <command>

  run       run everything on this machine and show each step
  trigger   post a sample event, signed and encrypted as Lark does it
  app       store the settings of a Lark app for a stack, or list the apps
  doctor    check a deployed stack
  dlq       look at the requests that send gave up, or try them again
  replay    put events of the past onto the bus again
  schema    put the schemas of the bus into a schema registry
  version   say which version this is
  help      show this

larkbridge <command> -h says more about a command.
`

// command holds what the program uses of its surroundings: output, environment and clock.
type command struct {
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	colour   bool // whether out is to be coloured
}

// run runs the command that the arguments name and returns the exit code.
func (c command) run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(c.err, usage)
		return exitUsage
	}
	switch name, rest := args[0], args[1:]; name {
	case "run":
		return c.local(ctx, rest)
	case "trigger":
		return c.trigger(ctx, rest)
	case "app":
		return c.app(ctx, rest)
	case "doctor":
		return c.doctor(ctx, rest)
	case "dlq":
		return c.dlq(ctx, rest)
	case "replay":
		return c.replay(ctx, rest)
	case "schema":
		return c.schema(ctx, rest)
	case "version", "-version", "--version":
		fmt.Fprintf(c.out, "%s %s %s/%s\n", version.Product, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitOK
	case "help", "-h", "-help", "--help":
		fmt.Fprint(c.out, usage)
		return exitOK
	default:
		fmt.Fprintf(c.err, "larkbridge: there is no command %q\n\n%s", name, usage)
		return exitUsage
	}
}

// fail prints the error and returns the exit code for it.
func (c command) fail(err error) int {
	fmt.Fprintln(c.err, "larkbridge:", err)
	return exitFailed
}

// parse reads the flags, which may stand before or after the one argument, and returns
// the argument, "" if there is none.
func parse(flags *flag.FlagSet, args []string) (string, error) {
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		return "", err
	}
	argument := flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return "", err
	}
	if flags.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q", flags.Arg(0))
		fmt.Fprintln(flags.Output(), err)
		return "", err
	}
	return argument, nil
}

// wantsColour reports whether f is a terminal whose user has not asked for plain text
// (no-color.org).
func wantsColour(f *os.File, getenv func(string) string) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
