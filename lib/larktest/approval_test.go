package larktest

import "testing"

func TestApproval(t *testing.T) {
	b := newFixture(t)
	const path = "/open-apis/approval/v4/instances"
	create := func() string {
		t.Helper()
		return b.post(path, object{"approval_code": "A1", "open_id": "ou_1", "form": "[]"}).want(0).data().string("instance_code")
	}
	for call, status := range map[string]string{"tasks/approve": "APPROVED", "tasks/reject": "REJECTED", "instances/cancel": "CANCELED"} {
		id := create()
		if got := b.get(path + "/" + id).want(0).data().string("status"); got != "PENDING" {
			t.Errorf("new: got %s, want PENDING", got)
		}
		decision := object{"approval_code": "A1", "instance_code": id, "user_id": "u1", "task_id": "t1"}
		b.post("/open-apis/approval/v4/"+call, decision).want(0)
		if got := b.get(path + "/" + id).want(0).data().string("status"); got != status {
			t.Errorf("%s: got %s, want %s", call, got, status)
		}
		b.post("/open-apis/approval/v4/"+call, decision).want(1390015)
	}
	if codes := b.get(path + "?approval_code=A1").want(0).data().body["instance_code_list"].([]any); len(codes) != 3 {
		t.Errorf("got %v, want three instances", codes)
	}
	b.get(path).want(99992402)
	b.get(path + "/none").want(1390003)
	b.post(path, object{"approval_code": "A1"}).want(99992402)
	b.post("/open-apis/approval/v4/tasks/approve", object{"instance_code": "none"}).want(1390003)
}

func TestCalendars(t *testing.T) {
	b := newFixture(t)
	list := b.get("/open-apis/calendar/v4/calendars").want(0).data().body["calendar_list"].([]any)
	own := b.post("/open-apis/calendar/v4/calendars/primary", nil).want(0).data().body["calendars"].([]any)[0].(object)["calendar"].(object)
	if len(list) != 1 || list[0].(object)["calendar_id"] != own["calendar_id"] {
		t.Errorf("got %v and %v, want the same calendar", list, own)
	}
}
