package lark_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func clickOf(body string) *lark.Click {
	return lark.NewClick("default", &lark.Event{Type: lark.TypeCardAction, Body: json.RawMessage(body)})
}

// A field of another type than the documentation's hides no other field.
func TestClickFields(t *testing.T) {
	const operator = `"operator":{"open_id":"ou_1"}`
	whole := clickOf(`{` + operator + `,"token":"c-1","action":{"tag":"button","value":{"a":1},"checked":true,"form_value":{"f":["x",1,null],"g":"y"},"options":["a"],"input_value":"i"},"context":{"open_message_id":"om_1"}}`)
	if !whole.Action.Checked || whole.Operator.OpenID != "ou_1" || whole.Context.OpenMessageID != "om_1" || whole.Token.Reveal() != "c-1" ||
		!cmp.Equal(whole.Action.FormValue, map[string][]string{"f": {"x", "1", ""}, "g": {"y"}}) || !cmp.Equal(whole.Action.Options, []string{"a"}) {
		t.Errorf("got %+v", whole)
	}
	for _, field := range []string{"tag", "value", "checked", "form_value", "options", "input_value", "name", "option", "timezone"} {
		for _, value := range []string{`null`, `7`, `true`, `"text"`, `[]`, `[1,{"a":[]}]`, `{}`, `{"a":{"b":1}}`, `"{\"a\":\"b\"}"`} {
			click := clickOf(`{` + operator + `,"token":"c-1","action":{"` + field + `":` + value + `},"context":{"open_message_id":"om_1"}}`)
			if click.Operator.OpenID != "ou_1" || click.Token.Reveal() != "c-1" || click.Context.OpenMessageID != "om_1" {
				t.Errorf("%s %s: got %+v, want operator, token and context", field, value, click)
			}
		}
	}
	for value, want := range map[string]bool{`true`: true, `"true"`: true, `1`: true, `"1"`: true, `2`: true, `false`: false, `"false"`: false, `0`: false, `null`: false, `"on"`: false, `{}`: false} {
		if got := clickOf(`{"action":{"checked":` + value + `}}`).Action.Checked; got != want {
			t.Errorf("checked %s: got %v, want %v", value, got, want)
		}
	}
	if got := clickOf(`{"action":{"form_value":"{\"a\":\"b\"}"}}`).Action.FormValue; !cmp.Equal(got, map[string][]string{"a": {"b"}}) {
		t.Errorf("a form inside a text: got %v", got)
	}
	if got := clickOf(`{"operator":"ou_2","context":"om_2","action":"approve"}`); got.Operator.OpenID != "ou_2" || got.Context.OpenMessageID != "om_2" || string(got.Action.Value) != `"approve"` {
		t.Errorf("texts instead of objects: got %+v", got)
	}
	for _, body := range []string{`null`, `7`, `[]`, `"x"`, ``} {
		if got := clickOf(body); got.Type != lark.TypeCardAction || got.Operator.OpenID != "" {
			t.Errorf("%q: got %+v, want a click without fields", body, got)
		}
	}
}

func TestBind(t *testing.T) {
	type target struct{ Step string }
	for value, want := range map[string]string{
		`{"step":"approve"}`: "approve", `"{\"step\":\"approve\"}"`: "approve", `{}`: "",
	} {
		var got target
		if err := (lark.Action{Value: json.RawMessage(value)}).Bind(&got); err != nil || got.Step != want {
			t.Errorf("%s: got %+v, %v, want %q", value, got, err, want)
		}
	}
	var text string
	if err := (lark.Action{Value: json.RawMessage(`"{\"a\":1}"`)}).Bind(&text); err != nil || text != `{"a":1}` {
		t.Errorf("into a string: got %q, %v", text, err)
	}
	var any any
	if err := (lark.Action{Value: json.RawMessage(`"{\"a\":\"b\"}"`)}).Bind(&any); err != nil || !cmp.Equal(any, map[string]interface{}{"a": "b"}) {
		t.Errorf("into any: got %v, %v", any, err)
	}
	for _, value := range []string{``, `"approve"`, `[1]`, `"{"`} {
		var got target
		if err := (lark.Action{Value: json.RawMessage(value)}).Bind(&got); err == nil {
			t.Errorf("%q: got %+v, want an error", value, got)
		}
	}
}
