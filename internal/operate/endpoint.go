package operate

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// endpoint is one of the stack's two public URLs.
type endpoint struct {
	name string // "event" or "card", which is also the name of its function
	url  string
}

// challengeTime is how long Lark waits for the answer to a challenge.
const challengeTime = time.Second

// checkURL makes the checks of one endpoint for one app. It returns the server's
// time, zero if the server does not answer.
func (d *Doctor) checkURL(ctx context.Context, e endpoint, app *lark.App) time.Time {
	subject := func(what string) string { return e.name + " " + what + ", " + app.Name }
	url := appURL(e.url, app.Name)
	replied, err := d.checkChallenge(ctx, subject("challenge"), url, e, app)
	if err != nil {
		d.Show(fail(subject("challenge"), oneLine(err), "look whether "+url+" is the stack's output, and whether this machine reaches it"))
		return time.Time{}
	}
	now := replied.date
	if now.IsZero() {
		now = d.Now()
	}
	d.checkEvent(ctx, subject, url, e, app, now)
	return replied.date
}

// checkChallenge posts a challenge. A late first answer may be a cold start, which
// Lark's own first try causes as well: then the second answer counts.
func (d *Doctor) checkChallenge(ctx context.Context, subject, url string, e endpoint, app *lark.App) (reply, error) {
	var first time.Duration
	for {
		text := rand.Text()
		l, err := challenge(app, text, d.Now())
		if err != nil {
			return reply{}, err
		}
		r, err := d.post(ctx, url, l)
		if err != nil {
			return reply{}, err
		}
		var answer struct{ Challenge string }
		switch good := r.status == http.StatusOK && json.Unmarshal([]byte(r.body), &answer) == nil && answer.Challenge == text; {
		case !good:
			d.Show(fail(subject, describe(r), d.fix(r, e)))
		case r.elapsed > challengeTime && first == 0:
			first = r.elapsed
			continue
		case r.elapsed > challengeTime:
			d.Show(fail(subject, "answered in "+milliseconds(r.elapsed)+", and Lark waits 1 s", "give the functions more memory (MemorySize), or use a region nearer to Lark"))
		case first > 0:
			d.Show(ok(subject, "answered in "+milliseconds(r.elapsed)+", from a cold start in "+milliseconds(first)+": press Save twice"))
		default:
			d.Show(ok(subject, "answered in "+milliseconds(r.elapsed)))
		}
		return r, nil
	}
}

// checkEvent posts the test event, first a forged one and then a valid one.
func (d *Doctor) checkEvent(ctx context.Context, subject func(string) string, url string, e endpoint, app *lark.App, now time.Time) {
	send := func(write func(*lark.App, string, time.Time) (lark.Delivery, error)) (reply, error) {
		l, err := write(app, "doctor-"+rand.Text(), now)
		if err != nil {
			return reply{}, err
		}
		return d.post(ctx, url, l)
	}
	switch r, err := send(forgery); {
	case err != nil:
		d.Show(fail(subject("forgery"), oneLine(err), "run doctor again"))
	case r.status != http.StatusUnauthorized:
		d.Show(fail(subject("forgery"), "a changed event is not refused: "+describe(r), "look whether "+url+" is the stack's own URL, and what stands in between"))
	default:
		d.Show(ok(subject("forgery"), "a changed event is refused"))
	}
	switch r, err := send(event); {
	case err != nil:
		d.Show(fail(subject("event"), oneLine(err), "run doctor again"))
	case r.status != http.StatusOK || r.body != "{}":
		d.Show(fail(subject("event"), describe(r), d.fix(r, e)))
	default:
		d.Show(ok(subject("event"), TypeDoctor+" was accepted in "+milliseconds(r.elapsed)))
	}
}

// describe returns an answer in short, without secrets: a server that is not ours
// may repeat what was posted to it.
func describe(r reply) string { return fmt.Sprintf("the answer is %d %.100s", r.status, mask(r.body)) }

// fix returns what to do about an answer.
func (d *Doctor) fix(r reply, e endpoint) string {
	log := "see the log group " + d.Stack.LogGroup(e.name)
	switch ours := strings.Contains(r.body, `"error"`); {
	case r.status == http.StatusNotFound && ours:
		return "the function knows no such app: compare its ParameterPrefix with --prefix " + d.Prefix
	case r.status == http.StatusNotFound:
		return "there is no such URL: take it from the stack's outputs EventUrl and CardUrl"
	case r.status == http.StatusUnauthorized:
		return "the function has other settings, or its clock differs: compare its ParameterPrefix with --prefix " + d.Prefix + "; " + log
	case r.status == http.StatusServiceUnavailable && ours:
		return "the function could not read the settings, or not publish; with a KMS key of your own its role needs kms:Decrypt; " + log
	case r.status == http.StatusForbidden && !ours && strings.HasSuffix(hostOf(e.url), ".amazonaws.com.cn"):
		return "AWS in China refuses public URLs until the account has an ICP filing (备案): ask AWS support in China for it, or deploy in ap-east-1 or ap-southeast-1, which Feishu reaches as well"
	case r.status == http.StatusForbidden || r.status == http.StatusTooManyRequests:
		return "something in front of the function refuses: a firewall, an authorizer, a throttle"
	}
	return log
}

// hostOf returns the host of a URL, "" if it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func milliseconds(d time.Duration) string { return d.Round(time.Millisecond).String() }
