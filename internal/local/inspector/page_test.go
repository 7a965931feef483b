package inspector_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// A button of a card is clicked for real: the card changes, and says who clicked it and
// what came of it.
func TestClickACard(t *testing.T) {
	r := start(t)
	r.ask()
	b := r.open(desktop)
	b.until(`document.querySelector(".message .card-button-primary") !== null`)
	b.click(".message .card-button-primary")
	b.until(`document.querySelector(".message .clicked")?.innerText.includes("Clicked by User 1 · “Approved.”")`)
	b.until(`document.querySelector("#toast").innerText === "Approved." && !document.querySelector("#toast").hidden`)
	if got := b.text(".message .card-title"); got != "Approved: Release 1.4 to production" {
		t.Errorf("got the card %q, want it decided", got)
	}
	b.until(`document.querySelector(".group").innerText.includes("card.action.trigger")`)
}

// controls is a card with controls of each kind, and a form.
const controls = `{"elements":[
{"tag":"action","actions":[{"tag":"select_static","options":[{"text":{"tag":"plain_text","content":"A"},"value":"a"}],"value":{"k":1}},
{"tag":"multi_select_static","options":[{"text":{"tag":"plain_text","content":"B"},"value":"b"},{"text":{"tag":"plain_text","content":"C"},"value":"c"}]},
{"tag":"overflow","options":[{"text":{"tag":"plain_text","content":"Later"},"value":"later"}]},
{"tag":"button","text":{"tag":"plain_text","content":"Sure"},"value":{"sure":true},"confirm":{"title":{"tag":"plain_text","content":"Sure?"},"text":{"tag":"plain_text","content":"Really"}}}]},
{"tag":"form","name":"f","elements":[{"tag":"input","name":"why","required":true},{"tag":"date_picker","name":"day","initial_date":"2024-04-01"},
{"tag":"button","name":"go","action_type":"form_submit","text":{"tag":"plain_text","content":"Go"},"value":{"form":1}}]}]}`

// What a person chooses is in the callback as Lark has it.
func TestControlsOfACard(t *testing.T) {
	r := start(t)
	r.server.Sender().Send(t.Context(), "card", &request.Request{Message: &request.Message{
		To: &request.Target{ChatID: local.SampleChat}, Card: request.Object(controls),
	}})
	b := r.open(desktop)
	b.do(emulation.SetTimezoneOverride("Asia/Singapore"))
	b.until(`document.querySelector(".message select") !== null`)
	b.do(chromedp.SetValue(".message select", "a", chromedp.ByQuery))
	b.do(chromedp.Evaluate(`document.querySelector(".message select").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	r.action(`{"tag":"select_static","value":{"k":1},"option":"a"}`)
	b.click(".message fieldset input")
	b.click(".message [data-answer=options] [data-commit]")
	r.action(`{"tag":"multi_select_static","options":["b"]}`)
	b.click(".card-overflow summary")
	b.click(".card-overflow button")
	r.action(`{"option":"later","tag":"overflow"}`)
	b.click("[data-confirm-title]")
	b.until(`document.querySelector("#question").open && document.querySelector("#question-text").innerText === "Really"`)
	b.click("#question-yes")
	r.action(`{"tag":"button","value":{"sure":true}}`)
	b.click("[data-submit]")
	b.until(`document.querySelector("#toast").classList.contains("bad")`) // a required field is empty
	b.do(chromedp.SendKeys("[data-name=why] input", "rest", chromedp.ByQuery))
	b.click("[data-submit]")
	r.action(`{"name":"go","tag":"button","value":{"form":1},"form_value":{"why":"rest","day":"2024-04-01 +0800"},"timezone":"Asia/Singapore"}`)
}

// action waits for a click whose callback has an action.
func (r *run) action(want string) {
	r.t.Helper()
	r.wait("?q="+url.QueryEscape(strings.Trim(want, "{}")), 1)
}

func TestWriteAMessage(t *testing.T) {
	r := start(t)
	b := r.open(desktop)
	b.do(chromedp.SendKeys("#text", "good <b>morning</b>", chromedp.ByQuery))
	b.press(kb.Enter)
	b.until(`document.querySelectorAll(".message").length === 2`)
	b.until(`document.querySelector(".message:not(.mine) .plain").innerText === "You said: good <b>morning</b>"`)
	b.click(`[data-kind=group]`)
	b.do(chromedp.SendKeys("#text", "status", chromedp.ByQuery))
	b.click("#write .primary")
	b.until(`document.querySelectorAll(".thread:not([hidden]) .message").length === 2`)
	r.wait("?q="+url.QueryEscape(`"to_me":true,"mentions"`), 1)
}

// Everything is reached with Tab, and each place that has the focus shows it.
func TestKeyboardAlone(t *testing.T) {
	r := start(t)
	r.ask()
	r.wait("?show=sends", 1)
	b := r.open(desktop)
	b.until(`document.querySelector(".message .card-button-primary") !== null`)
	const focusable = `[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(e => e.checkVisibility() && !e.disabled)`
	b.do(chromedp.Evaluate(`reached = new Set(); `+focusable+`.length`, nil))
	count := value[int](b, focusable+`.length`)
	for range count + 2 {
		b.press(kb.Tab)
		if style := value[string](b, `reached.add(document.activeElement); getComputedStyle(document.activeElement).outlineStyle`); style == "none" && value[bool](b, `document.activeElement !== document.body`) {
			t.Errorf("%s does not show that it has the focus", value[string](b, `document.activeElement.outerHTML`))
		}
	}
	if missed := value[[]string](b, focusable+`.filter(e => !reached.has(e)).map(e => e.outerHTML)`); len(missed) > 0 {
		t.Errorf("Tab does not reach %q", missed)
	}
	b.do(chromedp.Focus(".message .card-button-danger", chromedp.ByQuery))
	b.press(kb.Enter)
	b.until(`document.querySelector(".message .card-title").innerText.startsWith("Rejected")`)
	b.until(`document.activeElement.matches(".message")`) // the focus is not lost with the button
	b.press("?")
	b.until(`document.querySelector("#help").open`)
	b.press(kb.Escape, "j", kb.Enter)
	b.until(`document.querySelectorAll(".group[open] .step").length > 0`)
	b.press(kb.Tab, kb.Enter)
	b.until(`document.querySelectorAll(".step[open] pre").length > 0`)
	b.press("/", "x", "y", "z")
	b.until(`document.querySelectorAll(".group").length === 0 && !document.querySelector("#no-groups").hidden`)
	b.press(kb.Escape, "m", "h", "i", kb.Enter)
	b.until(`document.querySelector("#text").value === "" && document.querySelectorAll(".message.mine").length === 1`)
}

func TestFilterAndSearch(t *testing.T) {
	r := start(t)
	r.event("im.chat.updated_v1")
	r.event("im.message.recalled_v1")
	r.ask()
	if _, err := r.server.Receive(t.Context(), "/event", lark.Delivery{Body: []byte(`{"nope":1}`), Header: http.Header{}}); err != nil {
		t.Fatal(err)
	}
	b := r.open(desktop)
	b.until(`document.querySelectorAll(".group").length === 4`)
	b.press("f")
	b.until(`document.querySelectorAll(".group").length === 1 && document.querySelector(".group.failed .chip.bad") !== null`)
	if red, plain := value[string](b, `getComputedStyle(document.querySelector(".group.failed .text")).color`), value[string](b, `getComputedStyle(document.body).color`); red == plain {
		t.Errorf("got the colour %s for a failure and for all other text, want another", red)
	}
	b.press("f")
	b.do(chromedp.SendKeys("#search", "recalled", chromedp.ByQuery))
	b.until(`document.querySelectorAll(".group").length === 1 && document.querySelector(".group").innerText.includes("im.message.recalled_v1")`)
	r.event("im.chat.updated_v1")
	r.event("im.message.recalled_v1")
	b.until(`document.querySelectorAll(".group").length === 2`)
}

// An event is sent once more from the page, forged: it is refused, in red, with the reason.
func TestSendForged(t *testing.T) {
	r := start(t)
	r.event("im.chat.updated_v1")
	b := r.open(desktop)
	b.until(`document.querySelector(".group") !== null`)
	b.click(".group > summary")
	b.until(`[...document.querySelectorAll(".step summary")].some(s => s.innerText.includes("200 published"))`)
	b.click(".step:last-child > summary")
	b.until(`document.querySelector(".resend") !== null`)
	b.do(chromedp.SetValue("[name=as]", "forged", chromedp.ByQuery), chromedp.Click(".resend button", chromedp.ByQuery))
	b.until(`document.querySelector(".outcome.bad")?.innerText.includes("401 refused") && document.querySelector(".outcome").innerText.includes("the signature matches no key")`)
	b.until(`!document.querySelector("#new-groups").hidden`)
	b.click("#new-groups")
	b.until(`document.querySelector(".group:first-child").classList.contains("failed")`)
}

// What is being read stays where it is when something new comes.
func TestNothingMoves(t *testing.T) {
	r := start(t)
	r.event("im.chat.updated_v1")
	b := r.open(desktop)
	b.until(`document.querySelector(".group") !== null`)
	b.click(".group > summary")
	b.until(`document.querySelectorAll(".step").length > 0`)
	const place = `document.querySelector(".group[open]").getBoundingClientRect().top`
	before := value[float64](b, place)
	r.event("im.message.recalled_v1")
	b.until(`document.querySelector("#new-groups").innerText === "1 new"`)
	if after := value[float64](b, place); after != before {
		t.Errorf("got the group at %v, want it at %v", after, before)
	}
	b.click("#new-groups")
	b.until(`document.querySelectorAll(".group").length === 2`)
}

// With the real platform the chat is in Lark, and the timeline is here.
func TestRealPlatform(t *testing.T) {
	r, inspect := newRun(t)
	inspect(nil)
	b := r.open(desktop)
	r.events("im.chat.updated_v1", 1)
	b.until(`document.querySelectorAll(".group").length === 1 && document.querySelector("#write") === null`)
	b.press("m", "j", kb.Enter)
	b.until(`document.querySelectorAll(".step").length > 0`)
	if status, _, _ := r.do(r.request("POST", "/api/clicks", "{}")); status != 404 {
		t.Errorf("got %d for a click, want 404", status)
	}
}

// With 500 events on the page, one more costs about as much as with 10.
func TestManyEvents(t *testing.T) {
	r := start(t)
	r.events("im.chat.updated_v1", 10)
	b := r.open(desktop)
	b.until(`document.querySelectorAll(".group").length === 10`)
	few := b.costOfOne()
	r.events("im.chat.updated_v1", 490)
	b.until(`version >= ` + strconv.Itoa(r.changes("").Version))
	many := b.costOfOne()
	if n := value[int](b, `document.querySelectorAll(".group").length`); n > 200 {
		t.Errorf("got %d groups in the page, want at most 200", n)
	}
	t.Logf("one more event takes %.2f ms with 10, and %.2f ms with 500", few, many)
	if many > 12*few+2 {
		t.Errorf("one more event takes %.2f ms with 500, and %.2f ms with 10", many, few)
	}
}

// costOfOne returns the least of many durations of putting one event into the page, in
// milliseconds.
func (b *tab) costOfOne() float64 {
	b.t.Helper()
	return value[float64](b, `(() => {
		let least = Infinity;
		for (let i = 0; i < 40; i++) {
			const html = '<details class="group" data-group="' + (1e6 + i) + '"><summary>x</summary></details>';
			const begin = performance.now();
			addGroups([{ id: 1e6 + i, title: "x", html }]);
			timeline.getBoundingClientRect();
			least = Math.min(least, performance.now() - begin);
			groupOf(1e6 + i).remove();
		}
		return least;
	})()`)
}

// The page is usable in each width, colour scheme and language: nothing is wider than
// the window. With LARKBRIDGE_SCREENSHOTS it writes pictures into that folder.
func TestLooks(t *testing.T) {
	for name, l := range map[string]look{
		"1280":    desktop,
		"390":     {width: 390, height: 844},
		"dark":    {width: 1280, height: 800, dark: true},
		"chinese": {width: 390, height: 844, language: "zh-CN,zh;q=0.9"},
	} {
		r := start(t)
		r.event(lark.TypeMessageReceive)
		r.wait("?show=sends", 1)
		r.ask()
		b := r.open(l)
		b.until(`document.querySelectorAll(".message").length === 3 && document.querySelectorAll(".group").length === 2`)
		dark := value[string](b, `getComputedStyle(document.body).backgroundColor`) == "rgb(22, 23, 26)"
		if dark != l.dark {
			t.Errorf("%s: got a dark page: %v, want %v", name, dark, l.dark)
		}
		if title := b.text("#chat-title"); title != map[bool]string{true: "会话", false: "Chat"}[l.language != ""] {
			t.Errorf("%s: got the title %q in another language", name, title)
		}
		b.click(".group:nth-child(2) > summary")
		b.until(`document.querySelectorAll(".step").length >= 6`)
		b.screenshot("inspector-" + name)
		for _, step := range []int{2, 4} {
			b.click(".step:nth-child(" + strconv.Itoa(step) + ") > summary")
			b.until(`document.querySelectorAll(".step:nth-child(` + strconv.Itoa(step) + `) pre").length > 0`)
		}
		b.do(chromedp.Evaluate(`$("help").showModal()`, nil))
		for _, open := range []bool{true, false} {
			if wide := value[[]string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 &&
				e.checkVisibility() && !e.closest(".unseen, .skip, .card-scroll")).map(e => e.outerHTML.slice(0, 200))`); len(wide) > 0 ||
				value[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s, with the help open: %v: wider than the window are %q", name, open, wide)
			}
			b.do(chromedp.Evaluate(`$("help").close()`, nil))
		}
	}
}

// screenshot writes a picture of the page, where a folder for them is set.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("LARKBRIDGE_SCREENSHOTS")
	if folder == "" || !regexp.MustCompile(`\d$`).MatchString(name) {
		return
	}
	var picture []byte
	b.do(chromedp.CaptureScreenshot(&picture))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
