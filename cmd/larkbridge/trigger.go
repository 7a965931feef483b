package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// triggerFlags holds the values of the flags of trigger.
type triggerFlags struct {
	list, json                      bool
	url, app, stack                 string
	text, value, card, button, file string
	set                             []string
	edit                            local.Edit
	count                           int
	rate                            float64
	duplicate                       bool
}

// newTrigger returns the command trigger. A reply other than HTTP 200 is a failure; to a
// request that is forged or stale, it is one other than 401.
func (p program) newTrigger() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trigger <event type>",
		Short: "Post a sample event, signed and encrypted as Lark does it",
		Long: `Posts a sample of the type, new each time, signed and encrypted as Lark does it.
It fits larkbridge run. With --stack it fits the app of a stack, whose settings it
reads; for another app set APP_ID, ENCRYPT_KEY and VERIFICATION_TOKEN.

card.action.trigger and card.action.trigger_v1 click the first button of the
newest card that larkbridge run has: --card and --button name others.` + accountHelp,
		Example: `  larkbridge trigger im.message.receive_v1 --text 'hello'
  larkbridge trigger im.message.receive_v1 --variant 2 --set event.message.chat_id=oc_1
  larkbridge trigger card.action.trigger --button Reject
  larkbridge trigger im.chat.updated_v1 --stack larkbridge --count 100 --rate 10`,
		ValidArgsFunction: completeTypes,
		GroupID:           groupLocal,
	}
	f := &triggerFlags{}
	p.triggerFlags(cmd, f)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.list || f.file != "" && len(args) == 0 {
			return noArguments(cmd, args)
		}
		if err := oneArgument("an event type (--list lists them)")(cmd, args); err != nil {
			return err
		}
		if types := local.Types(); f.file == "" && !slices.Contains(types, args[0]) {
			return misused(cmd, "there is no sample of %q%s, --list lists them", args[0], suggestion(args[0], types))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.list {
			return p.print(sampleList(local.Types()), f.json)
		}
		if err := p.readEdit(cmd, f); err != nil {
			return err
		}
		eventType := local.TypeOf(f.edit.Payload)
		if len(args) > 0 {
			eventType = args[0]
		}
		return p.trigger(cmd.Context(), f, eventType)
	}
	return cmd
}

// triggerFlags adds the flags of trigger to a command.
func (p program) triggerFlags(cmd *cobra.Command, f *triggerFlags) {
	flags := cmd.Flags()
	flags.BoolVar(&f.list, "list", false, "list the types and their variants")
	flags.StringVar(&f.stack, "stack", "", "post to the stack of this `name`")
	flags.StringVar(&f.url, "url", "", "post to this `URL` (default the local run's /event, or /card for a card's type)")
	flags.StringVar(&f.app, "app", "", "post to the app of this `name`")
	flags.StringVar(&f.text, "text", "", "the `text` of a message")
	flags.StringVar(&f.value, "value", "", "the value of a card click, as `JSON`")
	flags.StringVar(&f.card, "card", "", "click the card with this message `id`")
	flags.StringVar(&f.button, "button", "", "click the button with this `label`")
	flags.IntVar(&f.edit.Variant, "variant", 1, "which `number` of the type's samples it is")
	flags.StringVar(&f.file, "file", "", "post the payload in this `file` instead of a sample, - for standard input")
	flags.StringArrayVar(&f.set, "set", nil, "set a value of the payload, as `path=value`; may be given again")
	flags.IntVar(&f.count, "count", 1, "post this `number` of events")
	flags.Float64Var(&f.rate, "rate", 0, "post this `number` of events in a second at most")
	flags.BoolVar(&f.duplicate, "duplicate", false, "post each event twice")
	flags.BoolVar(&f.edit.Forge, "forge", false, "change the body after it is signed: it is to be refused")
	flags.BoolVar(&f.edit.Stale, "stale", false, "sign it for a time that is too long ago: it is to be refused")
	flags.BoolVar(&f.json, "json", false, "print JSON")
}

// readEdit reads the flags that edit the sample.
func (p program) readEdit(cmd *cobra.Command, f *triggerFlags) error {
	if cmd.Flags().Changed("text") {
		f.edit.Text = &f.text
	}
	if cmd.Flags().Changed("value") {
		f.edit.Value = json.RawMessage(f.value)
		if !json.Valid(f.edit.Value) {
			return misused(cmd, "--value is not JSON")
		}
	}
	if f.count < 1 || f.rate < 0 {
		return misused(cmd, "--count must be at least 1, and --rate not negative")
	}
	for _, assignment := range f.set {
		path, text, ok := strings.Cut(assignment, "=")
		if !ok || path == "" {
			return misused(cmd, "--set %q is not path=value", assignment)
		}
		var value any = text
		if json.Valid([]byte(text)) {
			value = json.RawMessage(text)
		}
		f.edit.Set = append(f.edit.Set, local.Assignment{Path: path, Value: value})
	}
	if f.file == "" {
		return nil
	}
	doc, err := p.readFile(f.file)
	if err != nil {
		return fmt.Errorf("reading the payload: %w", err)
	}
	if f.edit.Payload = doc; !json.Valid(doc) {
		return misused(cmd, "%s is not JSON", f.file)
	}
	return nil
}

// completeTypes completes the argument of trigger.
func completeTypes(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return local.Types(), cobra.ShellCompDirectiveNoFileComp
}

// trigger posts the sample and prints the replies.
func (p program) trigger(ctx context.Context, f *triggerFlags, eventType string) error {
	target, signer, err := p.triggerTarget(ctx, f, eventType)
	if err != nil {
		return err
	}
	if local.IsClick(eventType) && f.edit.Payload == nil {
		found, err := local.AimClick(ctx, client(), target, f.card, f.button, &f.edit)
		if err != nil {
			return err
		}
		if !found && f.card+f.button != "" {
			return fmt.Errorf("there is no such card to click at %s: only larkbridge run with the stand-in knows its cards", target)
		}
	}
	want := http.StatusOK
	if f.edit.Forge || f.edit.Stale {
		want = http.StatusUnauthorized
	}
	unexpected := false
	trigger := local.Trigger{
		Signer: signer, HTTP: client(), URL: target, Type: eventType, Edit: f.edit,
		Count: f.count, Rate: f.rate, Duplicate: f.duplicate, Now: p.now,
		Show: func(r local.Reply) error {
			unexpected = unexpected || r.Status != want
			return p.print(r, f.json)
		},
	}
	if err := trigger.Post(ctx); err != nil {
		return err
	}
	if unexpected {
		return errReported
	}
	return nil
}

// triggerTarget returns the URL to post to, and what signs for the app there.
func (p program) triggerTarget(ctx context.Context, f *triggerFlags, eventType string) (string, local.Signer, error) {
	if f.stack == "" {
		signer, err := local.NewSigner(p.getenv)
		return p.target(f.url, f.app, eventType), signer, err
	}
	a, err := p.connect(ctx)
	if err != nil {
		return "", local.Signer{}, err
	}
	outputs, err := operate.FindOutputs(ctx, a.config, operate.Stack(f.stack))
	if err != nil {
		return "", local.Signer{}, err
	}
	app, err := operate.FindApp(ctx, store.NewSSM(ssm.NewFromConfig(a.config), outputs.Prefix), outputs.Prefix, cmp.Or(f.app, lark.DefaultApp))
	if err != nil {
		return "", local.Signer{}, err
	}
	signer, err := local.SignerOf(app)
	endpoint := outputs.EventURL
	if local.Endpoint(eventType) == "/card" {
		endpoint = outputs.CardURL
	}
	return p.target(cmp.Or(f.url, endpoint), appSegment(app.Name), eventType), signer, err
}

// appSegment returns the name of an app as it is in a URL: the default app has none.
func appSegment(name string) string {
	if name == lark.DefaultApp {
		return ""
	}
	return name
}

// target returns the URL to post to: the given one, or that of the local run.
func (p program) target(given, app, eventType string) string {
	target := given
	if target == "" {
		target = "http://127.0.0.1:" + cmp.Or(p.getenv("PORT"), defaultPort) + local.Endpoint(eventType)
	}
	if app != "" {
		target = strings.TrimRight(target, "/") + "/" + url.PathEscape(app)
	}
	return target
}

// client returns an HTTP client that does not follow redirects.
func client() *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
