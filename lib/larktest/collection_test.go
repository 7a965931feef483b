package larktest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each collection creates, lists, reads, changes and deletes, and refuses what is
// unknown or incomplete.
func TestCollections(t *testing.T) {
	for name, tt := range map[string]struct {
		path, document, id, change string
		create                     object
		incomplete                 object // nil where nothing is required
		notFound                   int
	}{
		"user": {"/open-apis/contact/v3/users", "user", "open_id", "PATCH",
			object{"name": "Ann", "department_ids": []string{"od-1"}}, object{"name": "Ann"}, 41012},
		"department": {"/open-apis/contact/v3/departments", "department", "open_department_id", "PATCH",
			object{"name": "Sales"}, object{"name": ""}, 43010},
		"chat": {"/open-apis/im/v1/chats", "", "chat_id", "PUT", object{"name": "Ops"}, nil, 232006},
		"record": {"/open-apis/bitable/v1/apps/bas1/tables/tbl1/records", "record", "record_id", "PUT",
			object{"fields": object{"Name": "Ann", "Age": 41}}, object{}, 1254043},
		"event": {"/open-apis/calendar/v4/calendars/c1/events", "event", "event_id", "PATCH",
			object{"summary": "Sync", "start_time": object{"timestamp": "1"}, "end_time": object{"timestamp": "2"}}, object{"summary": "Sync"}, 193001},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFixture(t)
			of := func(r reply) object {
				t.Helper()
				d := r.want(0).data().body
				if tt.document == "" {
					return d
				}
				return d[tt.document].(object)
			}
			created := of(b.post(tt.path, tt.create))
			id := created[tt.id].(string)
			for field, want := range tt.create {
				if diff := cmp.Diff(asJSON(t, want), asJSON(t, created[field])); diff != "" {
					t.Errorf("%s: %s", field, diff)
				}
			}
			if diff := cmp.Diff(asJSON(t, created), asJSON(t, of(b.get(tt.path+"/"+id)))); diff != "" {
				t.Errorf("read: %s", diff)
			}
			changed := of(b.call(tt.change, tt.path+"/"+id, object{"name": "Bo", tt.id: "another"}))
			if changed["name"] != "Bo" || changed[tt.id] != id {
				t.Errorf("changed: got %v, want the name Bo and the id %s", changed, id)
			}
			list := b.get(tt.path + "?page_size=1").want(0).data().body
			if items := list["items"].([]any); len(items) != 1 || list["total"] != 1.0 {
				t.Errorf("list: got %v, want one document", list)
			}
			b.call("DELETE", tt.path+"/"+id, nil).want(0)
			for _, method := range []string{"GET", tt.change, "DELETE"} {
				b.call(method, tt.path+"/"+id, object{}).want(tt.notFound)
			}
			if tt.incomplete != nil {
				b.post(tt.path, tt.incomplete).want(99992402)
			}
		})
	}
}

// asJSON returns a value as JSON decodes it, for comparison.
func asJSON(t *testing.T, v any) (out any) {
	t.Helper()
	if err := json.Unmarshal(encode(v), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAddDocument(t *testing.T) {
	b := newFixture(t)
	b.AddDocument("/open-apis/contact/v3/users", json.RawMessage(`{"open_id":"ou_ann","user_id":"ann","email":"ann@example.com","name":"Ann"}`))
	for _, id := range []string{"ou_ann", "ann"} {
		if got := b.get("/open-apis/contact/v3/users/" + id).want(0).data().body["user"].(object)["name"]; got != "Ann" {
			t.Errorf("%s: got %v, want Ann", id, got)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a list is stored, want a panic")
		}
	}()
	b.AddDocument("/open-apis/contact/v3/users", json.RawMessage(`[]`))
}

// Two changes of different cells keep both.
func TestCellsAreChangedOneByOne(t *testing.T) {
	b := newFixture(t)
	const path = "/open-apis/bitable/v1/apps/bas1/tables/tbl1/records"
	id := b.post(path, object{"fields": object{"A": 1, "B": 1}}).want(0).data().body["record"].(object)["record_id"].(string)
	b.call("PUT", path+"/"+id, object{"fields": object{"B": 2}}).want(0)
	got := b.get(path + "/" + id).want(0).data().body["record"].(object)["fields"]
	if diff := cmp.Diff(any(object{"A": 1.0, "B": 2.0}), got); diff != "" {
		t.Error(diff)
	}
	created := b.post(path+"/batch_create", object{"records": []object{{"fields": object{"A": 3}}, {"fields": object{"A": 4}}}}).want(0).data().body["records"].([]any)
	if n := len(b.post(path+"/search", object{}).want(0).data().body["items"].([]any)); n != 3 || len(created) != 2 {
		t.Errorf("got %d records and %d created, want 3 and 2", n, len(created))
	}
	b.post(path+"/search", object{"filter": object{"conjunction": "and"}}).want(1254018)
	if other := b.get("/open-apis/bitable/v1/apps/bas1/tables/tbl2/records").want(0).data().body["total"]; other != 0.0 {
		t.Errorf("another table has %v records, want 0", other)
	}
}
