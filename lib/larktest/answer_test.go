package larktest

import (
	"strings"
	"testing"
)

func TestErrorShape(t *testing.T) {
	b := newBench(t)
	r := b.post("/open-apis/im/v1/messages", object{}).want(99992402)
	detail := r.body["error"].(object)
	if r.status != 400 || detail["log_id"] != r.header.Get("X-Tt-Logid") {
		t.Errorf("HTTP %d, %s", r.status, r.raw)
	}
	if !strings.Contains(detail["troubleshooter"].(string), "code=99992402") {
		t.Errorf("troubleshooter: %v", detail["troubleshooter"])
	}
	first := detail["field_violations"].([]any)[0].(object)
	if first["field"] != "receive_id_type" || !strings.Contains(first["description"].(string), "[open_id,union_id,user_id,email,chat_id]") {
		t.Errorf("violation: %v", first)
	}
	if _, ok := r.body["data"]; ok {
		t.Error("an error has data")
	}
}

func TestFlatAnswerHasNoData(t *testing.T) {
	r := newBench(t).get("/open-apis/bot/v3/info").want(0)
	if _, ok := r.body["data"]; ok {
		t.Error("bot info has data")
	}
	if _, ok := r.body["bot"].(object); !ok {
		t.Errorf("no bot in %s", r.raw)
	}
}
