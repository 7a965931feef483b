package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/printable"
)

// maxShown is how many bytes of a reply are shown.
const maxShown = 64 << 10

// triggerFlags holds the values of the flags of trigger.
type triggerFlags struct {
	list        bool
	url, app    string
	text, value string
}

// newTrigger returns the command trigger. A reply other than HTTP 200 is a failure.
func (p program) newTrigger() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trigger <event type>",
		Short: "Post a sample event, signed and encrypted as Lark does it",
		Long: `Posts a sample of the type, new each time, signed and encrypted as Lark does it.
It fits larkbridge run; for another app set APP_ID, ENCRYPT_KEY and
VERIFICATION_TOKEN.

card.action.trigger and card.action.trigger_v1 click the newest card with
buttons that larkbridge run has: Approve, unless --value says otherwise.`,
		Example:           "  larkbridge trigger im.message.receive_v1 --text 'hello'",
		ValidArgsFunction: completeTypes,
		GroupID:           groupLocal,
	}
	var f triggerFlags
	cmd.Flags().BoolVar(&f.list, "list", false, "list the types")
	cmd.Flags().StringVar(&f.url, "url", "", "post to this `URL` (default the local run's /event, or /card for a card's type)")
	cmd.Flags().StringVar(&f.app, "app", "", "post to the app of this `name`")
	cmd.Flags().StringVar(&f.text, "text", "", "the `text` of a message")
	cmd.Flags().StringVar(&f.value, "value", "", "the value of a card click, as `JSON`")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.list {
			return noArguments(cmd, args)
		}
		if err := oneArgument("an event type (--list lists them)")(cmd, args); err != nil {
			return err
		}
		if types := local.Types(); !slices.Contains(types, args[0]) {
			return misused(cmd, "there is no sample of %q%s, --list lists them", args[0], suggestion(args[0], types))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.list {
			fmt.Fprintln(p.out, strings.Join(local.Types(), "\n"))
			return nil
		}
		var edit local.Edit
		if cmd.Flags().Changed("text") {
			edit.Text = &f.text
		}
		if cmd.Flags().Changed("value") {
			edit.Value = json.RawMessage(f.value)
			if !json.Valid(edit.Value) {
				return misused(cmd, "--value is not JSON")
			}
		}
		return p.trigger(cmd.Context(), p.target(f, args[0]), args[0], edit)
	}
	return cmd
}

// completeTypes completes the argument of trigger.
func completeTypes(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return local.Types(), cobra.ShellCompDirectiveNoFileComp
}

// trigger posts a sample to the URL and prints the reply.
func (p program) trigger(ctx context.Context, target, eventType string, edit local.Edit) error {
	edit, err := p.targetClick(ctx, target, eventType, edit)
	if err != nil {
		return err
	}
	status, body, err := p.post(ctx, target, eventType, edit)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d %s\n%s\n", status, http.StatusText(status), printable.Text(body))
	if status != http.StatusOK {
		return errReported
	}
	return nil
}

// target returns the URL to post to.
func (p program) target(f triggerFlags, eventType string) string {
	target := f.url
	if target == "" {
		target = "http://127.0.0.1:" + cmp.Or(p.getenv("PORT"), defaultPort) + local.Endpoint(eventType)
	}
	if f.app != "" {
		target = strings.TrimRight(target, "/") + "/" + url.PathEscape(f.app)
	}
	return target
}

// post posts a sample to the URL and returns the reply.
func (p program) post(ctx context.Context, target, eventType string, edit local.Edit) (status int, body string, err error) {
	signer, err := local.NewSigner(p.getenv)
	if err != nil {
		return 0, "", err
	}
	req, err := signer.Request(ctx, target, eventType, edit, p.now())
	if err != nil {
		return 0, "", err
	}
	resp, err := client().Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return 0, "", fmt.Errorf("nothing listens on %s: start it with larkbridge run", req.URL.Host)
	}
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxShown))
	return resp.StatusCode, strings.TrimSpace(string(reply)), err
}

// client returns an HTTP client that does not follow redirects.
func client() *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
