package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/wire"
)

// newApp returns the command app.
func (p program) newApp() *cobra.Command {
	cmd := group("app", "Store, show or remove the settings of a stack's Lark apps",
		`A stack looks for the settings of its Lark apps in Parameter Store. The app
"default" needs no name in its URLs.`,
		p.newAppPut(), p.newAppGet(), p.newAppList(), p.newAppRemove())
	cmd.GroupID = groupStack
	return cmd
}

// appFlags holds the values of the flags that all of these commands have.
type appFlags struct {
	stack, prefix *string
	json          *bool
}

func (p program) appFlags(cmd *cobra.Command) appFlags {
	cmd.Long += accountHelp
	return appFlags{
		p.stackFlag(cmd),
		cmd.Flags().String("prefix", "", "the `path` of the settings in Parameter Store (default that of the stack)"),
		jsonFlag(cmd),
	}
}

// apps returns the apps of the stack.
func (p program) apps(ctx context.Context, f appFlags) (*operate.Apps, error) {
	a, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	outputs := p.outputs(ctx, a, operate.Stack(*f.stack))
	outputs.Prefix = cmp.Or(*f.prefix, outputs.Prefix)
	return &operate.Apps{Parameters: ssm.NewFromConfig(a.config), Outputs: outputs, Lark: wire.LarkHTTP(), Now: p.now}, nil
}

const appName = "the name of an app"

// newAppPut returns the command app put.
func (p program) newAppPut() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put <name>",
		Short: "Store the settings of an app",
		Long: `Stores the settings of a Lark app where a stack looks for them, from a JSON file
or from answers in the terminal, each of which is checked at once. It asks Lark
whether the credentials are good, whether the app has a bot and the scopes that
it needs, and which open id its bot has, so that mentions of it are known
(bot_open_id). Then it prints what to paste into the Lark console.`,
		Args: oneArgument(appName),
	}
	f := p.appFlags(cmd)
	file := cmd.Flags().String("file", "", "read the settings from this `file`, - for standard input")
	key := cmd.Flags().String("key", "", "encrypt with this KMS `key` instead of the account's own for Parameter Store")
	noCheck := cmd.Flags().Bool("no-check", false, "do not ask Lark about the app")
	overwrite := cmd.Flags().Bool("overwrite", false, "replace settings without asking")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := operate.CheckName(args[0]); err != nil {
			return misused(cmd, "%v", err)
		}
		if *file == "" && !isTerminal(p.in) {
			return misused(cmd, "there is no terminal to ask on: give the settings with --file, - for standard input")
		}
		apps, err := p.apps(cmd.Context(), f)
		if err != nil {
			return err
		}
		apps.Key = *key
		stored, err := p.putApp(cmd.Context(), apps, args[0], *file, !*noCheck, *overwrite)
		if err != nil {
			return err
		}
		return p.print(stored, *f.json)
	}
	return cmd
}

// putApp reads the settings of an app and stores them. Before it asks for them, and
// before it replaces older ones, it asks whether to.
func (p program) putApp(ctx context.Context, apps *operate.Apps, name, file string, check, overwrite bool) (operate.StoredApp, error) {
	replace := func() error {
		return p.confirm(ctx, "The app "+name+" has settings already. Replace them?", "--overwrite")
	}
	if file == "" && !overwrite {
		switch _, err := apps.Get(ctx, name); {
		case err == nil:
			if err := replace(); err != nil {
				return operate.StoredApp{}, err
			}
			overwrite = true
		case !errors.Is(err, operate.ErrNoApp):
			return operate.StoredApp{}, err
		}
	}
	doc, err := p.settings(ctx, apps, file, check)
	if err != nil {
		return operate.StoredApp{}, err
	}
	stored, err := apps.Put(ctx, name, doc, check, overwrite)
	if errors.Is(err, operate.ErrStored) {
		if err := replace(); err != nil {
			return stored, err
		}
		return apps.Put(ctx, name, doc, check, true)
	}
	return stored, err
}

// settings reads the settings of an app from a file, from standard input for "-", and
// from answers in the terminal for "".
func (p program) settings(ctx context.Context, apps *operate.Apps, file string, check bool) ([]byte, error) {
	if file == "" {
		var doer lark.HTTPDoer
		if check {
			doer = apps.Lark
		}
		return asked(ctx, p, func(t terminal) ([]byte, error) { return operate.Ask(ctx, t, doer, p.now) })
	}
	doc, err := p.readFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	return doc, nil
}

// readFile reads a file, or standard input for "-".
func (p program) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(p.in)
	}
	return os.ReadFile(name)
}

// newAppGet returns the command app get.
func (p program) newAppGet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get <name>",
		Short: "Show the settings of an app, without its secrets",
		Long:  `Shows the settings of an app, with *** in place of each secret, and its Request URLs.`,
		Args:  oneArgument(appName),
	}
	return p.appCommand(cmd, func(ctx context.Context, apps *operate.Apps, name string) (result, error) { return apps.Get(ctx, name) })
}

// newAppList returns the command app list.
func (p program) newAppList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the apps and which of their fields are set",
		Long:  `Lists the apps and which of their fields are set, but no value.`,
		Args:  noArguments,
	}
	return p.appCommand(cmd, func(ctx context.Context, apps *operate.Apps, _ string) (result, error) { return apps.List(ctx) })
}

// newAppRemove returns the command app rm.
func (p program) newAppRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rm <name>",
		Short: "Remove the settings of an app",
		Long: `Removes the settings of an app. The stack then refuses its events and clicks and
sends nothing as the app.`,
		Args: oneArgument(appName),
	}
	yes := cmd.Flags().Bool("yes", false, "do not ask before it removes them")
	return p.appCommand(cmd, func(ctx context.Context, apps *operate.Apps, name string) (result, error) {
		if !*yes {
			if err := p.confirm(ctx, "Remove the settings of the app "+name+"?", "--yes"); err != nil {
				return nil, err
			}
		}
		return apps.Remove(ctx, name)
	})
}

// appCommand makes a command do something with the apps of a stack, or with the one that
// its argument names.
func (p program) appCommand(cmd *cobra.Command, do func(ctx context.Context, apps *operate.Apps, name string) (result, error)) *cobra.Command {
	f := p.appFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		apps, err := p.apps(cmd.Context(), f)
		if err != nil {
			return err
		}
		name := ""
		if len(args) > 0 {
			name = args[0]
		}
		got, err := do(cmd.Context(), apps, name)
		if err != nil {
			return err
		}
		return p.print(got, *f.json)
	}
	return cmd
}
