package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/wire"
)

const appUsage = `Usage: larkbridge app put <name> [flags]
       larkbridge app list [flags]

put stores the settings of a Lark app where a stack looks for them, from a JSON
file or from answers in the terminal. It checks them first, and asks Lark
whether the credentials are good and which open id the app's bot has, so that
mentions of it are known (bot_open_id). The app "default" needs no name in its
URLs.

list shows the apps and which of their fields are set, but no value.
`

// app runs the command app and returns the exit code.
func (c command) app(ctx context.Context, args []string) int {
	flags := c.flagSet("app", appUsage)
	prefix := flags.String("prefix", defaultPrefix, "the `path` of the settings in Parameter Store")
	file := flags.String("file", "", "read the settings from this `file`, - for standard input")
	key := flags.String("key", "", "encrypt with this KMS `key` instead of the account's own for Parameter Store")
	noCheck := flags.Bool("no-check", false, "do not ask Lark about the credentials and the bot")
	what := ""
	if len(args) > 0 && (args[0] == "put" || args[0] == "list") {
		what, args = args[0], args[1:]
	}
	name, err := parse(flags, args)
	switch {
	case err != nil:
		return usageCode(err)
	case what == "" || (what == "put") != (name != ""):
		fmt.Fprint(c.err, appUsage)
		return exitUsage
	}
	err = c.withApps(ctx, *prefix, func(apps *operate.Apps) error {
		apps.Key = *key
		if what == "list" {
			return apps.List(ctx)
		}
		return c.putApp(ctx, apps, name, *file, !*noCheck)
	})
	if err != nil {
		return c.fail(err)
	}
	return exitOK
}

// withApps calls do with the apps whose settings are under the prefix.
func (c command) withApps(ctx context.Context, prefix string, do func(*operate.Apps) error) error {
	a, err := c.connect(ctx)
	if err != nil {
		return err
	}
	return do(&operate.Apps{Parameters: ssm.NewFromConfig(a.config), Prefix: prefix, Lark: wire.LarkHTTP(), Now: c.now, Out: c.out})
}

// putApp reads the settings of an app and stores them.
func (c command) putApp(ctx context.Context, apps *operate.Apps, name, file string, check bool) error {
	if !lark.ValidAppName(name) { // before the user is asked for the settings
		return apps.Put(ctx, name, nil, false)
	}
	doc, err := c.settings(ctx, file)
	if err != nil {
		return err
	}
	return apps.Put(ctx, name, doc, check)
}

// settings reads the settings of an app from a file, from standard input for "-", and
// from answers in the terminal for "".
func (c command) settings(ctx context.Context, file string) ([]byte, error) {
	switch file {
	case "":
		return askAll(ctx, c.err)
	case "-":
		return io.ReadAll(os.Stdin)
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	return doc, nil
}
