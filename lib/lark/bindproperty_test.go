package lark_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// typedEvents returns a new target for each event that has a type of its own.
func typedEvents() map[string]any {
	return map[string]any{
		"im.message.receive_v1": &lark.MessageReceive{}, "im.message.message_read_v1": &lark.MessageRead{}, "im.message.recalled_v1": &lark.MessageRecalled{},
		"im.message.reaction.created_v1": &lark.MessageReaction{}, "im.chat.member.user.added_v1": &lark.ChatMemberUser{}, "im.chat.member.bot.added_v1": &lark.ChatMemberBot{},
		"im.chat.updated_v1": &lark.ChatUpdated{}, "application.bot.menu_v6": &lark.BotMenu{}, "card.action.trigger": &lark.CardAction{},
		"contact.user.created_v3": &lark.ContactUser{}, "approval_instance": &lark.ApprovalInstance{}, "app_open": &lark.AppOpen{}, "app_status_change": &lark.AppStatusChange{},
	}
}

// Whichever value of an event has another type than the documentation's, all the
// others are bound as before.
func TestBindLosesOneValueAtMost(t *testing.T) {
	others := []any{nil, true, 7, 1.5, "text", []any{}, []any{1, "a"}, map[string]any{"a": 1}}
	for eventType, target := range typedEvents() {
		var event any
		if err := json.Unmarshal(receiveSample(t, eventType), &event); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths(event, nil) {
			want := removed(bound(t, event, target), path)
			for _, other := range others {
				got := removed(bound(t, replaced(event, path, other), target), path)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %v at %v (-want +got)\n%s", eventType, other, path, diff)
				}
			}
		}
	}
}

// receiveSample returns the body of a sample's event.
func receiveSample(t *testing.T, eventType string) json.RawMessage {
	t.Helper()
	cb, err := testApp().Receive(testApp().Sign(payload(t, eventType), now), now)
	if err != nil {
		t.Fatal(err)
	}
	return cb.Event.Body
}

// bound returns what an event binds to, as decoded JSON.
func bound(t *testing.T, event, target any) any {
	t.Helper()
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	fresh := reflect.New(reflect.TypeOf(target).Elem()).Interface()
	if err := (&lark.Event{Body: body}).Bind(fresh); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	doc, err := json.Marshal(fresh)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(doc, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// paths returns the path of each value inside another one.
func paths(value any, path []string) (all [][]string) {
	add := func(name string, inner any) {
		p := append(slices.Clone(path), name)
		all = append(append(all, p), paths(inner, p)...)
	}
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			add(name, inner)
		}
	case []any:
		for i, inner := range v {
			add(strconv.Itoa(i), inner)
		}
	}
	return all
}

// replaced returns a copy of a value with another one at a path.
func replaced(value any, path []string, other any) any {
	if len(path) == 0 {
		return other
	}
	switch v := value.(type) {
	case map[string]any:
		v = maps.Clone(v)
		v[path[0]] = replaced(v[path[0]], path[1:], other)
		return v
	case []any:
		v = slices.Clone(v)
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(v) {
			v[i] = replaced(v[i], path[1:], other)
		}
		return v
	}
	return value
}

// removed returns a copy of a value with nothing at a path.
func removed(value any, path []string) any { return replaced(value, path, nil) }

// Every object is bound, to every type, whatever is in it.
func FuzzBind(f *testing.F) {
	for _, body := range []string{`{"message":{"message_id":7,"mentions":{"key":[]}}}`, `{"users":[[],{"user_id":1}],"timestamp":"1e400"}`, `{"i18n_names":[1],"options":"a"}`} {
		f.Add([]byte(body))
	}
	type own struct {
		Untagged *uint8
		Times    []*int32 `json:"times"`
	}
	f.Add([]byte(`{"UNTAGGED":"300","times":[1e99,"7"]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var object map[string]json.RawMessage
		isObject := json.Unmarshal(body, &object) == nil && object != nil
		targets := append(slices.Collect(maps.Values(typedEvents())), &own{})
		for _, target := range targets {
			if err := (&lark.Event{Body: body}).Bind(target); (err == nil) != isObject {
				t.Errorf("%T: got %v for %q, want it bound: %v", target, err, body, isObject)
			}
		}
	})
}
