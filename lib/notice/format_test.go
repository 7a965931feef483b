package notice

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Each format, with a document that has a value at each of its paths: the card
// shows all of them, has the resource in its title, and a button.
func TestFormats(t *testing.T) {
	for _, f := range slices.Concat(computeFormats, dataFormats, deliveryFormats, securityFormats, operationFormats) {
		t.Run(f.source+" "+f.detailType+f.has, func(t *testing.T) {
			doc, values := sampleOf(f)
			card, ok := Card(doc)
			shown, err := json.Marshal(card)
			if !ok || err != nil {
				t.Fatalf("%s: not recognised, %v", doc, err)
			}
			for label, value := range values {
				if !strings.Contains(string(shown), value) {
					t.Errorf("%s %q is not shown: %s\n%s", label, value, shown, doc)
				}
			}
			if name := values["name"]; name != "" && !strings.Contains(card.Title, name) {
				t.Errorf("the title is %q, want %q in it", card.Title, name)
			}
			if !strings.Contains(string(shown), "https://console.aws.amazon.com/") {
				t.Errorf("no link into the console: %s", shown)
			}
		})
	}
}

// sampleOf makes a document for a format, and what must be in its card.
func sampleOf(f format) (doc []byte, values map[string]string) {
	envelope, detail := map[string]any{}, map[string]any{}
	values = map[string]string{}
	n := 0
	put := func(label, paths string) {
		for path := range strings.SplitSeq(strings.SplitN(paths, "|", 2)[0], "\x00") {
			path = strings.TrimLeft(path, "~=@#%")
			root := detail
			if rest, ok := strings.CutPrefix(path, "^"); ok {
				path, root = rest, envelope
			}
			if path == "" || strings.HasPrefix(path, "!") || path == "region" || path == "account" {
				continue
			}
			n++
			if got := set(root, strings.Split(path, "."), fmt.Sprintf("value%d", n)); label != "" {
				values[label] = got
			}
		}
	}
	put("name", f.name)
	put("state", f.state)
	for path := range strings.SplitSeq(f.reason, ";") {
		put("reason "+path, strings.TrimSpace(path))
	}
	for row := range strings.SplitSeq(f.rows, ";") {
		label, paths, _ := strings.Cut(strings.TrimSpace(row), "=")
		put("row "+label, paths)
	}
	for _, p := range placeholder().FindAllString(f.page, -1) {
		put("", strings.Trim(p, "{}"))
	}
	if f.link != "" {
		link := strings.TrimPrefix(strings.SplitN(f.link, "|", 2)[0], "^")
		root := detail
		if strings.HasPrefix(f.link, "^") {
			root = envelope
		}
		set(root, strings.Split(link, "."), "https://console.aws.amazon.com/x")
	}
	if f.has != "" {
		for name := range strings.SplitSeq(f.has, "|") {
			set(detail, strings.Split(name, "."), "there")
		}
		detail["region"] = "eu-west-1"
		doc, _ = json.Marshal(detail)
		return doc, values
	}
	envelope["source"], envelope["region"] = f.source, "eu-west-1"
	envelope["detail-type"], envelope["detail"] = strings.TrimSuffix(f.detailType, "*")+strings.Repeat("x", strings.Count(f.detailType, "*")), detail
	doc, _ = json.Marshal(envelope)
	return doc, values
}

// set puts a value at a path, unless there is one, and returns what is there.
func set(at any, path []string, value string) string {
	o, ok := at.(map[string]any)
	if !ok {
		return ""
	}
	name := path[0]
	if len(path) == 1 {
		if present, ok := o[name].(string); ok {
			return present
		}
		if o[name] == nil {
			o[name] = value
			return value
		}
		return ""
	}
	rest := path[1:]
	if rest[0] == "*" || rest[0] == "0" {
		list, _ := o[name].([]any)
		if len(rest) == 1 {
			if list == nil {
				o[name] = []any{value}
				return value
			}
			present, _ := list[0].(string)
			return present
		}
		if list == nil {
			list = []any{map[string]any{}}
			o[name] = list
		}
		return set(list[0], rest[1:], value)
	}
	if o[name] == nil {
		o[name] = map[string]any{}
	}
	return set(o[name], rest, value)
}

func TestStateColor(t *testing.T) {
	for state, want := range map[string]lark.Color{
		"FAILED": lark.Red, "Failure": lark.Red, "CREATE_FAILED": lark.Red, "UPDATE_ROLLBACK_COMPLETE": lark.Red, "TIMED_OUT": lark.Red, "TimedOut": lark.Red,
		"NON_COMPLIANT": lark.Red, "not ok": lark.Red, "Unsuccessful": lark.Red, "EC2_INSTANCE_LAUNCH_ERROR": lark.Red, "firing": lark.Red, "down": lark.Red, "THREATS_FOUND": lark.Red,
		"WARNING": lark.Orange, "warn": lark.Orange, "medium": lark.Orange, "ABORTED": lark.Orange, "DRIFTED": lark.Orange, "Certificate Approaching Expiration": lark.Orange,
		"Succeeded": lark.Green, "ok": lark.Green, "COMPLETED": lark.Green, "COMPLIANT": lark.Green, "resolved": lark.Green, "up": lark.Green, "NO_FAILURES": "",
		"STOPPED": lark.Grey, "INSUFFICIENT_DATA": lark.Grey,
		"IN_PROGRESS": "", "RUNNING": "", "upload": "", "download": "", "failover": "", "": "", "Tokyo": "", "downstream": "",
	} {
		if got := stateColor(state); got != want {
			t.Errorf("%q: got %q, want %q", state, got, want)
		}
	}
}

// Of several states the one that lies least deep counts; what was before does
// not; a grade counts only where there is no state.
func TestNamedState(t *testing.T) {
	for doc, want := range map[string]lark.Color{
		`{"previousStatus":"FAILED","currentStatus":"Succeeded"}`: lark.Green,
		`{"status":"resolved","labels":{"severity":"critical"}}`:  lark.Green,
		`{"level":"warning"}`:                                   lark.Orange,
		`{"a":{"state":"ok"},"state":"failed"}`:                 lark.Red,
		`{"status-code":"FAILED"}`:                              lark.Red,
		`{"scanStatus":"COMPLETED","resultStatus":"ERROR"}`:     lark.Red,
		`{"status":"` + strings.Repeat("failed ", 20) + `"}`:    "",
		`{"action":"completed","run":{"conclusion":"failure"}}`: lark.Red,
		`{"error":"boom"}`:                                      lark.Red,
		`{"errors":0,"error":null}`:                             "",
		`{"thing":"failed"}`:                                    "",
	} {
		if got, _ := namedState(leaves(readValue([]byte(doc)))); got != want {
			t.Errorf("%s: got %q, want %q", doc, got, want)
		}
	}
}

func TestChatMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"*bold* text":                       "**bold** text",
		"2*3*4":                             "2&#42;3&#42;4",
		"run `make test`":                   "run `make test`",
		"<https://example.com/a|the *log*>": "[the log](https://example.com/a)",
		"<https://example.com/a>":           "[https&#58;&#47;&#47;example&#46;com&#47;a](https://example.com/a)",
		"<javascript:x|y>":                  "&#60;javascript&#58;x&#124;y&#62;",
		"<@U123> look":                      "&#60;&#64;U123&#62; look",
		"<at id=all></at>":                  "&#60;at id&#61;all&#62;&#60;&#47;at&#62;",
		"`<at id=all>`":                     "`<\u200bat id=all>`",
		"```\ncode\n```":                    "\n```\ncode\n```\n",
		"<https://example.com/a)(b|x>":      "[x](https://example.com/a%29%28b)",
		"<https://u:p@example.com/|x>":      "x https&#58;&#47;&#47;u&#58;p&#64;example&#46;com&#47;",
	} {
		if got := string(chatMarkdown(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Whatever a text has, it mentions nobody.
func FuzzChatMarkdown(f *testing.F) {
	f.Add("*a* `b` <https://example.com|c> <at id=all></at>")
	f.Add("```<at id=all>```")
	f.Add("<https://a.b/<at id=all>|x>")
	f.Fuzz(func(t *testing.T, text string) {
		if md := string(chatMarkdown(text)); strings.Contains(md, "<at") {
			t.Errorf("%q: got %q", text, md)
		}
	})
}

// CloudFormation's values may have several lines, and quotes in them.
func TestText(t *testing.T) {
	card, ok := Text("StackId='arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1b'\nResourceStatus='CREATE_FAILED'\nResourceStatusReason='it said 'no'\nand went'\nStackName='shop'\n")
	if !ok || card.Title != "Stack CREATE_FAILED: shop" || card.Color != lark.Red || card.Elements[0] != lark.Text("it said 'no'\nand went") {
		t.Errorf("got %+v, %v", card, ok)
	}
	for _, text := range []string{"", "StackId='x'", "hello", `{"StackId":"arn:x"}`} {
		if card, ok := Text(text); ok {
			t.Errorf("%q: got %+v, want no card", text, card)
		}
	}
}
