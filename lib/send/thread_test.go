package send_test

import (
	"fmt"
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// custom is a custom notification by way of a topic.
func custom(id, thread string) string {
	message := fmt.Sprintf(`{\"version\":\"1.0\",\"source\":\"custom\",\"content\":{\"description\":\"%s\"},\"metadata\":{\"threadId\":\"%s\"}}`, id, thread)
	return `{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"` + id + `","Message":"` + message + `"}}]}`
}

// The notices of a thread are replies to its first one, and each is sent once.
// When the first one is gone, they stand by themselves.
func TestThread(t *testing.T) {
	f, ctx := newFixture()
	f.sender.DefaultTo = "oc_1"
	send := func(id, thread string) larktest.Message {
		t.Helper()
		if _, err := f.invoke(ctx, "i", custom(id, thread)); err != nil {
			t.Fatal(err)
		}
		messages := f.platform.Messages("oc_1")
		return messages[len(messages)-1]
	}
	first := send("m1", "deploy-7")
	if first.ParentID != "" {
		t.Errorf("the first one is a reply to %q, want a message of its own", first.ParentID)
	}
	for _, id := range []string{"m2", "m3", "m3"} {
		if m := send(id, "deploy-7"); m.ParentID != first.ID || !m.InThread {
			t.Errorf("%s is a reply to %q, in a thread: %v; want one to %q in a thread", id, m.ParentID, m.InThread, first.ID)
		}
	}
	for _, thread := range []string{"deploy-8", ""} {
		if m := send("of "+thread, thread); m.ParentID != "" {
			t.Errorf("%q: a reply to %q, want a message of its own", thread, m.ParentID)
		}
	}
	if n := len(f.platform.Messages("oc_1")); n != 5 {
		t.Errorf("got %d messages, want 5", n)
	}
	f.platform.Fail(larktest.Fault{Kind: larktest.Verbatim, Times: 1, Reply: larktest.Reply{Status: 400, Body: `{"code":230011,"msg":"recalled"}`, ContentType: "application/json"}})
	if m := send("m4", "deploy-7"); m.ParentID != "" {
		t.Errorf("after the first one was recalled: a reply to %q, want a message of its own", m.ParentID)
	}
}
