package larktest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContacts(t *testing.T) {
	b := newFixture(t)
	for _, user := range []string{
		`{"open_id":"ou_ann","user_id":"ann","email":"ann@example.com","mobile":"+8613800000001","name":"Ann","department_ids":["od-1"]}`,
		`{"open_id":"ou_bo","name":"Bo","department_ids":["0","od-1"]}`,
		`{"open_id":"ou_cy","name":"Cy"}`,
	} {
		b.AddDocument("/open-apis/contact/v3/users", json.RawMessage(user))
	}
	b.AddDocument("/open-apis/contact/v3/departments", json.RawMessage(`{"open_department_id":"od-1","name":"Sales"}`))
	b.AddDocument("/open-apis/contact/v3/departments", json.RawMessage(`{"open_department_id":"od-2","name":"East","parent_department_id":"od-1"}`))
	for path, want := range map[string][]string{
		"/open-apis/contact/v3/users/find_by_department?department_id=od-1": {"Ann", "Bo"},
		"/open-apis/contact/v3/users/find_by_department?department_id=0":    {"Bo", "Cy"},
		"/open-apis/contact/v3/departments/0/children":                      {"Sales"},
		"/open-apis/contact/v3/departments/od-1/children":                   {"East"},
	} {
		var names []string
		for _, item := range b.get(path).want(0).data().body["items"].([]any) {
			names = append(names, item.(object)["name"].(string))
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	b.get("/open-apis/contact/v3/users/find_by_department").want(99992402)
	got := b.post("/open-apis/contact/v3/users/batch_get_id?user_id_type=user_id",
		object{"emails": []string{"ann@example.com", "no@example.com"}, "mobiles": []string{"+8613800000001"}}).want(0).data().body["user_list"]
	want := []any{object{"email": "ann@example.com", "user_id": "ann"}, object{"email": "no@example.com"}, object{"mobile": "+8613800000001", "user_id": "ann"}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
}
