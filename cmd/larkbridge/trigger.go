package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
)

const triggerUsage = `Usage: larkbridge trigger <event type> [flags]

Posts a sample of the type, new each time, signed and encrypted as Lark does it.
It fits larkbridge run; for another app set APP_ID, ENCRYPT_KEY and
VERIFICATION_TOKEN.

card.action.trigger and card.action.trigger_v1 click the newest card with
buttons that larkbridge run has: Approve, unless --value says otherwise.

`

// maxShown is how many bytes of a reply are shown.
const maxShown = 64 << 10

// triggerFlags holds the values of the flags of trigger.
type triggerFlags struct {
	list     bool
	url, app string
	edit     local.Edit
}

// trigger runs the command trigger and returns the exit code: a reply other than HTTP 200
// is a failure.
func (c command) trigger(ctx context.Context, args []string) int {
	f, eventType, err := c.parseTrigger(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case f.list:
		fmt.Fprintln(c.out, strings.Join(local.Types(), "\n"))
		return exitOK
	case eventType == "":
		fmt.Fprint(c.err, triggerUsage)
		return exitUsage
	}
	target := c.target(f, eventType)
	edit, err := c.targetClick(ctx, target, eventType, f.edit)
	if err != nil {
		return c.fail(err)
	}
	status, body, err := c.post(ctx, target, eventType, edit)
	if err != nil {
		return c.fail(err)
	}
	fmt.Fprintf(c.out, "%d %s\n%s\n", status, http.StatusText(status), body)
	if status != http.StatusOK {
		return exitFailed
	}
	return exitOK
}

// parseTrigger reads the arguments. It prints what is wrong with them before it returns
// an error.
func (c command) parseTrigger(args []string) (f triggerFlags, eventType string, err error) {
	flags := flag.NewFlagSet("trigger", flag.ContinueOnError)
	flags.SetOutput(c.err)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), triggerUsage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&f.list, "list", false, "list the types")
	flags.StringVar(&f.url, "url", "", "post to this `URL` (default the local run's /event, or /card for a card's type)")
	flags.StringVar(&f.app, "app", "", "post to the app of this `name`")
	flags.Func("text", "the `text` of a message", func(text string) error {
		f.edit.Text = &text
		return nil
	})
	flags.Func("value", "the value of a card click, as `JSON`", func(value string) error {
		f.edit.Value = json.RawMessage(value)
		if !json.Valid(f.edit.Value) {
			return errors.New("not JSON")
		}
		return nil
	})
	eventType, err = parse(flags, args)
	return f, eventType, err
}

// target returns the URL to post to.
func (c command) target(f triggerFlags, eventType string) string {
	target := f.url
	if target == "" {
		target = "http://127.0.0.1:" + cmp.Or(c.getenv("PORT"), defaultPort) + local.Endpoint(eventType)
	}
	if f.app != "" {
		target = strings.TrimRight(target, "/") + "/" + url.PathEscape(f.app)
	}
	return target
}

// post posts a sample to the URL and returns the reply.
func (c command) post(ctx context.Context, target, eventType string, edit local.Edit) (status int, body string, err error) {
	signer, err := local.NewSigner(c.getenv)
	if err != nil {
		return 0, "", err
	}
	req, err := signer.Request(ctx, target, eventType, edit, c.now())
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
