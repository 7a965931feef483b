package schemas_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/schemas"
)

// sampleApp is the app whose events the samples are.
func sampleApp(t *testing.T) *lark.App {
	t.Helper()
	app, err := lark.ParseApp("default", fmt.Appendf(nil, `{"app_id":%q,"app_secret":"s","encrypt_key":%q,"verification_token":%q}`,
		larktest.AppID, larktest.EncryptKey, larktest.VerificationToken))
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// receive returns the event of a sample, delivered and received as Lark's are.
func receive(t *testing.T, s larktest.Sample) *lark.Event {
	t.Helper()
	app, now := sampleApp(t), time.Unix(1735689600, 0)
	callback, err := app.Receive(s.Delivery(app, now), now)
	if err != nil || callback.Event == nil {
		t.Fatalf("got %v, %v, want an event", callback, err)
	}
	return callback.Event
}

// events yields every sample that is an event.
func events(t *testing.T, check func(*testing.T, *lark.Event)) {
	for _, s := range larktest.Samples() {
		if s.Type() != "" && s.Schema != "encrypted" {
			t.Run(s.Name, func(t *testing.T) { check(t, receive(t, s)) })
		}
	}
}

func TestSamplesAreValid(t *testing.T) {
	events(t, func(t *testing.T, ev *lark.Event) {
		if err := busschema.Check(bus.Source, ev.Type, bus.Detail("default", ev)); err != nil {
			t.Error(err)
		}
		var m bus.Memory
		m.Rule(busschema.Rule(t))
		b := bus.Bus{Publisher: &m, Blobs: &m, Bucket: "b", InlineLimit: 1}
		if _, err := b.PublishEvent(t.Context(), "default", ev); err != nil {
			t.Error(err)
		}
	})
}

// TestEachTypeHasASchema checks that there is one for each event type that has a
// sample and goes on the bus, and that it describes all that the samples have.
func TestEachTypeHasASchema(t *testing.T) {
	want := []string{"LarkAnswerReceived.json", "LarkSendFailed.json", "LarkSendSucceeded.json", "detail.json", "result.json"}
	events(t, func(t *testing.T, ev *lark.Event) {
		if ev.Type == "app_ticket" { // is never published
			return
		}
		if err := busschema.CheckDocumented(ev.Type, ev.Body); err != nil {
			t.Fatal(err)
		}
		file := ev.Type + ".json"
		want = append(want, file)
		doc := read(t, file)
		if doc["title"] != ev.Type {
			t.Errorf("got the title %v, want %s", doc["title"], ev.Type)
		}
		var event any
		if err := json.Unmarshal(ev.Body, &event); err != nil {
			t.Fatal(err)
		}
		describes(t, resolve(t, doc, "#/$defs/event"), event, "event")
	})
	slices.Sort(want)
	entries, err := fs.ReadDir(schemas.Bus, "bus")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
		t.Error(diff)
	}
}

func read(t *testing.T, file string) (doc map[string]any) {
	t.Helper()
	text, err := schemas.Bus.ReadFile("bus/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc
}

// resolve returns what a reference in doc is to.
func resolve(t *testing.T, doc map[string]any, ref string) map[string]any {
	t.Helper()
	file, name, _ := strings.Cut(ref, "#/$defs/")
	if file != "" {
		doc = read(t, file)
	}
	definition, ok := doc["$defs"].(map[string]any)[name].(map[string]any)
	if !ok {
		t.Fatalf("there is no %s", ref)
	}
	return definition
}

// describes checks that a schema has a property for each member of a value. Objects
// whose members have names of the user's choice have none in the schema.
func describes(t *testing.T, schema map[string]any, value any, path string) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		schema = resolve(t, nil, ref)
	}
	switch value := value.(type) {
	case map[string]any:
		properties, ok := schema["properties"].(map[string]any)
		if !ok && path != "event.action.value" && path != "event.action.form_value" {
			t.Errorf("the schema of %s has no properties", path)
		}
		for name, member := range value {
			if definition, found := properties[name].(map[string]any); found {
				describes(t, definition, member, path+"."+name)
			} else if ok {
				t.Errorf("the schema says nothing about %s.%s", path, name)
			}
		}
	case []any:
		items, ok := schema["items"].(map[string]any)
		if !ok {
			t.Errorf("the schema of %s has no items", path)
		}
		for _, item := range value {
			describes(t, items, item, path)
		}
	}
}
