package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/larkbridge/larkbridge/internal/printable"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// program holds what the commands use of their surroundings: input, output, environment
// and clock.
type program struct {
	in          *os.File
	out, err    io.Writer
	getenv      func(string) string
	now         func() time.Time
	colour      bool // whether out is to be coloured
	interactive bool // whether err is a terminal, on which progress is shown
}

// run runs the command that the arguments name and returns the exit code. It prints an
// error in one line.
func (p program) run(ctx context.Context, args []string) int {
	root := p.newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	fmt.Fprintln(p.err, "larkbridge:", printable.Text(strings.ReplaceAll(err.Error(), "\n", "; ")))
	if _, misused := errors.AsType[usageError](err); misused {
		return exitUsage
	}
	return exitFailed
}

// errReported is the error of a command whose output says already what failed.
var errReported = errors.New("the output says what failed")

// usageError says that the arguments are wrong.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// misused returns a usageError that ends with the command that prints the right usage.
func misused(cmd *cobra.Command, format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...) + "; see " + cmd.CommandPath() + " -h"}
}

// The groups of commands in the help.
const (
	groupLocal = "local"
	groupStack = "stack"
)

// newRoot returns the command larkbridge with all of its commands.
func (p program) newRoot() *cobra.Command {
	root := group("larkbridge", "Connect Lark and Feishu with AWS", `Larkbridge connects Lark and Feishu with AWS. This command runs it on one's own
machine and operates a deployed stack.`,
		p.newRun(), p.newTrigger(), p.newSend(), p.newTail(), p.newAsk(),
		p.newApp(), p.newDoctor(), p.newDLQ(), p.newReplay(), p.newSchema(),
		p.newVersion(), newMan(p.now))
	root.AddGroup(&cobra.Group{ID: groupLocal, Title: "To develop, on this machine:"}, &cobra.Group{ID: groupStack, Title: "To operate a deployed stack:"})
	root.Version = versionText()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(flagError)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultVersionFlag()
	// A command with subcommands is no command line of its own.
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if not .HasAvailableSubCommands}}", 1))
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		asGroup(completion)
		for _, shell := range completion.Commands() {
			shell.Args = noArguments
		}
	}
	return root
}

// group returns a command that does nothing by itself but has others.
func group(name, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Long: long}
	cmd.AddCommand(commands...)
	asGroup(cmd)
	return cmd
}

// asGroup makes a command answer the lack of a subcommand, and an unknown one, with an
// error. By itself, cobra prints the help and reports success.
func asGroup(cmd *cobra.Command) {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return misused(cmd, "give a command")
		}
		return unknownCommand(cmd, args[0])
	}
}

// unknownCommand returns the error for the name of a subcommand that does not exist. It
// suggests those whose names are similar.
func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return misused(cmd, "there is no command %q%s", name, suggestion(name, names))
}

// flagError returns the error for a flag that is unknown or has a wrong value.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		return misused(cmd, "%v%s", err, suggestion(unknown.GetSpecifiedName(), names))
	case errors.As(err, &invalid):
		return misused(cmd, "--%s %q is not of the type %s", invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag().Value.Type())
	}
	return misused(cmd, "%v", err)
}

// newHelp returns the command help, which prints the help of another command.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Print the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommand(cmd, rest[0])
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// noArguments is the check of a command that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused(cmd, "unexpected argument %q", args[0])
	}
	return nil
}

// oneArgument returns the check of a command that takes exactly one, which is described
// as what.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return misused(cmd, "give %s", what)
		case 1:
			return nil
		}
		return misused(cmd, "unexpected argument %q", args[1])
	}
}

// wantsColour reports whether f is a terminal whose user has not asked for plain text
// (no-color.org).
func wantsColour(f *os.File, getenv func(string) string) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
