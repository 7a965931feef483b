package main

import (
	"context"
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
	cmd := group("app", "Store the settings of a Lark app for a stack, or list the apps",
		`A stack looks for the settings of its Lark apps in Parameter Store. The app
"default" needs no name in its URLs.`,
		p.newAppPut(), p.newAppList())
	cmd.GroupID = groupStack
	return cmd
}

// newAppPut returns the command app put.
func (p program) newAppPut() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put <name>",
		Short: "Store the settings of an app",
		Long: `Stores the settings of a Lark app where a stack looks for them, from a JSON file
or from answers in the terminal. It checks them first, and asks Lark whether the
credentials are good and which open id the app's bot has, so that mentions of it
are known (bot_open_id).` + accountHelp,
		Args: oneArgument("the name of an app"),
	}
	prefix := p.prefixFlag(cmd)
	file := cmd.Flags().String("file", "", "read the settings from this `file`, - for standard input")
	key := cmd.Flags().String("key", "", "encrypt with this KMS `key` instead of the account's own for Parameter Store")
	noCheck := cmd.Flags().Bool("no-check", false, "do not ask Lark about the credentials and the bot")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		apps, err := p.apps(cmd.Context(), *prefix)
		if err != nil {
			return err
		}
		apps.Key = *key
		return p.putApp(cmd.Context(), apps, args[0], *file, !*noCheck)
	}
	return cmd
}

// newAppList returns the command app list.
func (p program) newAppList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the apps and which of their fields are set",
		Long:  `Lists the apps and which of their fields are set, but no value.` + accountHelp,
		Args:  noArguments,
	}
	prefix := p.prefixFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		apps, err := p.apps(cmd.Context(), *prefix)
		if err != nil {
			return err
		}
		return apps.List(cmd.Context())
	}
	return cmd
}

// prefixFlag adds the flag --prefix to a command and returns its value.
func (p program) prefixFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("prefix", p.defaultStack().Prefix(), "the `path` of the settings in Parameter Store")
}

// apps returns the apps whose settings are under the prefix.
func (p program) apps(ctx context.Context, prefix string) (*operate.Apps, error) {
	a, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &operate.Apps{Parameters: ssm.NewFromConfig(a.config), Prefix: prefix, Lark: wire.LarkHTTP(), Now: p.now, Out: p.out}, nil
}

// putApp reads the settings of an app and stores them.
func (p program) putApp(ctx context.Context, apps *operate.Apps, name, file string, check bool) error {
	if !lark.ValidAppName(name) { // before the user is asked for the settings
		return apps.Put(ctx, name, nil, false)
	}
	doc, err := p.settings(ctx, file)
	if err != nil {
		return err
	}
	return apps.Put(ctx, name, doc, check)
}

// settings reads the settings of an app from a file, from standard input for "-", and
// from answers in the terminal for "".
func (p program) settings(ctx context.Context, file string) ([]byte, error) {
	switch file {
	case "":
		return askAll(ctx, p.err)
	case "-":
		return io.ReadAll(os.Stdin)
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	return doc, nil
}
