package operate

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Doctor checks a deployed stack from outside.
type Doctor struct {
	Stack             Stack
	Prefix            string            // of the settings' parameters
	EventURL, CardURL string            // "" when they are not known
	Parameters        map[string]string // of the stack; nil when they are not known
	Only              string            // the one app to check; "" for all

	Settings interface { // of all apps, by their names; [store.SSM] reads them
		All(ctx context.Context) (map[string]string, error)
	}
	HTTP   lark.HTTPDoer
	Queues QueueStates
	Buses  Buses
	Send   Invoker
	Limits AccountLimits
	Now    func() time.Time
	// Show is called with each finding as soon as it is made.
	Show func(Finding)
}

// Invoker calls a Lambda function and waits for its answer. A function that
// fails is an error.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Check makes all checks. It goes on after a failed one, because one finding often
// explains another.
func (d *Doctor) Check(ctx context.Context) {
	apps := d.apps(ctx)
	var serverTime time.Time
	for _, app := range apps {
		if why := cannotReceive(app); why != "" {
			d.Show(skip("URLs, "+app.Name, why, "to receive events, copy it from the Lark console: larkbridge app put "+app.Name))
			continue
		}
		for _, e := range []endpoint{{"event", d.EventURL}, {"card", d.CardURL}} {
			if e.url == "" {
				d.Show(skip(e.name+" URL", "is not known", "give the stack's output: --"+e.name+"-url"))
				continue
			}
			if date := d.checkURL(ctx, e, app); !date.IsZero() {
				serverTime = date
			}
		}
	}
	d.checkClock(serverTime)
	for _, app := range apps {
		d.checkSend(ctx, app)
	}
	d.checkConcurrency(ctx)
	d.checkBus(ctx)
	for _, pair := range d.Stack.QueuePairs() {
		d.checkQueues(ctx, pair)
	}
}

// apps reads the settings and returns the apps whose settings are in order.
func (d *Doctor) apps(ctx context.Context) []*lark.App {
	docs, err := d.Settings.All(ctx)
	if err != nil {
		d.Show(fail("settings", reason(err), grant(err, "ssm:GetParametersByPath on "+d.Prefix)))
		return nil
	}
	names := slices.Sorted(maps.Keys(docs))
	if d.Only != "" {
		names = slices.DeleteFunc(names, func(name string) bool { return name != d.Only })
	}
	if len(names) == 0 {
		d.Show(fail("settings", "there is no app "+d.Only+" under "+d.Prefix, "larkbridge app put default, or give --prefix"))
	}
	var apps []*lark.App
	for _, name := range names {
		app, err := store.ParseApp(name, []byte(docs[name]))
		switch {
		case !lark.ValidAppName(name):
			d.Show(fail("settings, "+name, "this is not a name: 1 to 32 of a-z, 0-9 and -, and neither event nor card", "put it under another name"))
		case err != nil:
			d.Show(fail("settings, "+name, oneLine(err), "larkbridge app put "+name))
		default:
			d.Show(ok("settings, "+name, fmt.Sprintf("%s app %s of %s", app.Type, app.AppID, app.BaseURL)))
			apps = append(apps, app.App)
		}
	}
	return apps
}

// checkClock compares this machine's clock with the server's. AWS keeps the
// functions' clocks right; this machine's may be wrong, and then its signatures
// are refused.
func (d *Doctor) checkClock(server time.Time) {
	const subject = "clock"
	if server.IsZero() {
		d.Show(skip(subject, "no server said what time it is", "first make a URL answer"))
		return
	}
	switch off := d.Now().Sub(server).Round(time.Second); {
	case off.Abs() >= lark.MaxClockSkew:
		d.Show(fail(subject, fmt.Sprintf("this machine and the server differ by %v", off), "set this machine's clock: what it signs, AWS and the functions refuse"))
	default:
		d.Show(ok(subject, fmt.Sprintf("this machine and the server differ by %v", off)))
	}
}

// Status is the outcome of a check.
type Status string

// The outcomes of a check. A skipped check could not be made and says nothing about
// the stack.
const (
	OK   Status = "ok"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Finding is the result of one check.
type Finding struct {
	Status  Status `json:"status"`
	Subject string `json:"subject"`       // what was checked
	Note    string `json:"note"`          // what was found
	Fix     string `json:"fix,omitempty"` // what to do about it, "" when it is ok
}

// Write writes the finding as one line, and its fix as a second one.
func (f Finding) Write(w io.Writer) {
	line := fmt.Sprintf("%-4s  %-32s  %s", f.Status, printable.Text(f.Subject), printable.Text(f.Note))
	fmt.Fprintln(w, strings.TrimRight(line, " "))
	if f.Fix != "" {
		fmt.Fprintf(w, "      %-32s  fix: %s\n", "", printable.Text(f.Fix))
	}
}

func ok(subject, note string) Finding        { return Finding{OK, subject, note, ""} }
func fail(subject, note, fix string) Finding { return Finding{Fail, subject, note, fix} }
func skip(subject, note, fix string) Finding { return Finding{Skip, subject, note, fix} }
