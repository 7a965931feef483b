package inspector_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// requireBrowser is the variable that makes a missing Chromium a failure.
const requireBrowser = "LARKBRIDGE_REQUIRE_BROWSER"

// shared is the browser of all tests, "" before the first that needs it.
var shared struct {
	sync.Mutex
	ctx  context.Context
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// browser returns the context of a running Chromium. Without one it skips the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil {
		return shared.ctx
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv(requireBrowser) != "" {
			t.Fatal("there is no Chromium: make chromium installs it")
		}
		t.Skip("there is no Chromium: make chromium installs it")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless}
	for _, flag := range []string{
		"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-extensions", "disable-dev-shm-usage", "hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator, chromedp.WithErrorf(quiet))
	if err := chromedp.Run(ctx); err != nil {
		stopAllocator()
		t.Fatalf("starting %s: %v", path, err)
	}
	shared.ctx, shared.stop = ctx, func() { stop(); stopAllocator() }
	return ctx
}

// quiet takes what chromedp logs about events of newer browsers, which it does not know.
func quiet(string, ...any) {}

// tabTimeout ends a test that hangs. No test is meant to come near it.
const tabTimeout = 5 * time.Minute

// tab is a tab of the browser that shows the page.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // the addresses of all requests
	problems []string // what the page's console says
}

// look is how a tab shows the page.
type look struct {
	width, height int64
	language      string // "" for English
	dark          bool
}

var desktop = look{width: 1280, height: 800}

func (r *run) open(l look) *tab {
	r.t.Helper()
	ctx, cancel := chromedp.NewContext(browser(r.t))
	ctx, stop := context.WithTimeout(ctx, tabTimeout)
	b := &tab{t: r.t, ctx: ctx}
	r.t.Cleanup(func() {
		b.check(r.url)
		stop()
		cancel()
	})
	chromedp.ListenTarget(ctx, b.observe)
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	language := l.language
	if language == "" {
		language = "en-US"
	}
	b.do(
		page.BringToFront(),
		network.Enable(),
		network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": language}),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
		emulation.SetDeviceMetricsOverride(l.width, l.height, 1, l.width < 500),
		chromedp.Navigate(r.url),
	)
	b.until(`["live", "实时"].includes(document.getElementById("state").textContent)`)
	return b
}

func (b *tab) observe(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *cdruntime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Error())
	case *cdruntime.EventConsoleAPICalled:
		if e.Type == cdruntime.APITypeError {
			b.problems = append(b.problems, fmt.Sprint(e.Args))
		}
	}
}

// check checks that the page has asked nobody but the server at a URL, and that its
// script has not failed.
func (b *tab) check(url string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) == 0 {
		b.t.Error("no request of the page was seen")
	}
	for _, request := range b.requests {
		if !strings.HasPrefix(request, url+"/") && !strings.HasPrefix(request, "data:") {
			b.t.Errorf("the page asks for %s", request)
		}
	}
	for _, problem := range b.problems {
		b.t.Errorf("the console says %s", problem)
	}
}

// do runs actions.
func (b *tab) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%v (the console says %q)", err, b.problems)
	}
}

// until waits until an expression is true. It asks for it instead of a function in the
// page, which the page's policy forbids.
func (b *tab) until(expression string) {
	b.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var done bool
		if err := chromedp.Run(b.ctx, chromedp.Evaluate("!!("+expression+")", &done)); err != nil {
			b.t.Fatalf("%s: %v (the console says %q)", expression, err, b.problems)
		}
		if done {
			return
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("%s is not true in time (the console says %q)", expression, b.problems)
		}
	}
}

// text returns what the first element of a selector says, "" if there is none.
func (b *tab) text(selector string) string {
	var text string
	_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.querySelector(`+quote(selector)+`)?.innerText ?? ""`, &text)) // for a message
	return text
}

// value returns the value of an expression.
func value[T any](b *tab, expression string) (v T) {
	b.t.Helper()
	b.do(chromedp.Evaluate(expression, &v))
	return v
}

// press presses keys, one after another.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// click clicks the first element of a selector.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(selector, chromedp.ByQuery))
}

func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "\\`") + "`" }
