package operate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Doctor checks a deployed stack from outside.
type Doctor struct {
	Stack             Stack
	Prefix            string // of the settings' parameters
	EventURL, CardURL string // "" when they are not known
	Only              string // the one app to check; "" for all

	Settings store.Source
	HTTP     lark.HTTPDoer
	Queues   QueueStates
	Buses    Buses
	Send     Invoker
	Now      func() time.Time
	// Show is told each finding as it is made.
	Show func(Finding)
}

// Invoker calls a Lambda function and waits for its answer. A function that
// fails is an error.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Check makes every check there is. It stops at none: one finding often
// explains another.
func (d *Doctor) Check(ctx context.Context) {
	apps := d.apps(ctx)
	var clock time.Time
	for _, app := range apps {
		if why := deaf(app); why != "" {
			d.Show(skip("doors, "+app.Name, why, "to receive events, copy it from the Lark console: larkbridge app put "+app.Name))
			continue
		}
		for _, at := range []door{{"event", d.EventURL}, {"card", d.CardURL}} {
			if at.url == "" {
				d.Show(skip(at.name+" URL", "is not known", "give the stack's output: --"+at.name+"-url"))
				continue
			}
			if date := d.visit(ctx, at, app); !date.IsZero() {
				clock = date
			}
		}
	}
	d.clock(clock)
	for _, app := range apps {
		d.sends(ctx, app)
	}
	d.bus(ctx)
	for _, line := range d.Stack.Lines() {
		d.line(ctx, line)
	}
}

// apps reads the settings and returns the apps whose settings are in order.
func (d *Doctor) apps(ctx context.Context) []*lark.App {
	docs, err := d.Settings.Settings(ctx)
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
			d.Show(fail("settings, "+name, "this is not a name: 1 to 32 of a-z, 0-9 and -", "put it under another name"))
		case err != nil:
			d.Show(fail("settings, "+name, oneLine(err), "larkbridge app put "+name))
		default:
			d.Show(ok("settings, "+name, fmt.Sprintf("%s app %s of %s", app.Type, app.AppID, app.BaseURL)))
			apps = append(apps, app.App)
		}
	}
	return apps
}

// clock compares this machine's clock with that of the server. The functions'
// own clocks are right; it is this machine whose signatures may be refused.
func (d *Doctor) clock(server time.Time) {
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
