package inspector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// quote returns a text as one argument for a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// asCurl returns the command that makes a request once more, to the server at a URL.
func asCurl(url string, in local.Inbound) string {
	var b strings.Builder
	fmt.Fprintf(&b, "curl -X %s %s", quote(in.Method), quote(url+in.Path))
	header := in.Header.Clone()
	if in.Signature != "" {
		header.Set(lark.HeaderSignature, in.Signature.Reveal()) // it proves this body alone
	}
	for _, name := range []string{"Content-Type", lark.HeaderTimestamp, lark.HeaderNonce, lark.HeaderSignature} {
		if value := header.Get(name); value != "" {
			fmt.Fprintf(&b, " \\\n  -H %s", quote(http.CanonicalHeaderKey(name)+": "+value))
		}
	}
	fmt.Fprintf(&b, " \\\n  --data-raw %s", quote(in.Body))
	return b.String()
}

// asFixture returns a payload in the format of the samples of package larktest, which
// signs it for a test.
func asFixture(payload []byte) string {
	s := fixture(payload)
	return indent(struct {
		Name    string          `json:"name"`
		Source  string          `json:"source"`
		Schema  string          `json:"schema"`
		Payload json.RawMessage `json:"payload"`
	}{s.Name, s.Source, s.Schema, s.Payload})
}

// asTrigger returns the command that posts a new event like a payload.
func asTrigger(payload []byte) string {
	command := "larkbridge trigger " + quote(eventType(payload))
	var p struct {
		Event struct {
			Message struct {
				Type    string `json:"message_type"`
				Content string
			}
			Action struct{ Value json.RawMessage }
		}
		Action struct{ Value json.RawMessage }
	}
	if json.Unmarshal(payload, &p) != nil {
		return command
	}
	var content struct{ Text string }
	if p.Event.Message.Type == "text" && json.Unmarshal([]byte(p.Event.Message.Content), &content) == nil {
		command += " --text " + quote(content.Text)
	}
	if value := slices.Concat(p.Event.Action.Value, p.Action.Value); len(value) > 0 {
		command += " --value " + quote(string(value))
	}
	return command
}

// asPattern returns the EventBridge pattern of a rule for entries like this one.
func asPattern(e bus.Entry) string {
	pattern := object{"source": []any{e.Source}, "detail-type": []any{e.DetailType}}
	detail, err := decode(e.Detail)
	if err != nil {
		return indent(pattern)
	}
	wanted := object{}
	if app, ok := detail["app"].(string); ok {
		wanted["app"] = []any{app}
	}
	if m := child(detail, "message"); m != nil {
		wanted["message"] = equalTo(m, "type", "text", "to_me")
		if c := child(m, "command"); c != nil {
			wanted["message"] = object{"command": equalTo(c, "name")}
		}
	}
	action := child(child(detail, "event"), "action")
	if value := child(action, "value"); value != nil {
		wanted["event"] = object{"action": object{"value": equalTo(value, sortedNames(value)...)}}
	}
	if len(wanted) > 0 {
		pattern["detail"] = wanted
	}
	return indent(pattern)
}

// equalTo returns the pattern for the values of an object's members that are no
// objects and no lists.
func equalTo(o object, names ...string) object {
	pattern := object{}
	for _, name := range names {
		switch value := o[name].(type) {
		case string, bool, json.Number:
			pattern[name] = []any{value}
		case object:
			if inner := equalTo(value, sortedNames(value)...); len(inner) > 0 {
				pattern[name] = inner
			}
		}
	}
	return pattern
}

func sortedNames(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// indent returns a value as JSON for a reader, in which <, > and & stand for
// themselves.
func indent(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}
