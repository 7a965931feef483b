// Package examples_test runs the examples in the local run, with their own rules and
// handlers.
package examples_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestEcho(t *testing.T) {
	f := start(t, "python3", "echo/template.yaml")
	id := f.message("text", `{"text":"hello"}`)
	f.post(lark.TypeMessageReceive, func(event map[string]any) {
		message := event["message"].(map[string]any)
		message["message_id"], message["content"] = id, `{"text":"hello"}`
	})
	if m := f.answer("", "You said: hello"); m.ParentID != id {
		t.Errorf("got an answer to %q, want one to %q", m.ParentID, id)
	}
}

func TestFiles(t *testing.T) {
	f := start(t, "python3", "files/template.yaml")
	id := f.message("file", `{"file_key":"file_v3_1","file_name":"report.pdf"}`)
	f.platform.AddResource(id, "file_v3_1", "file", "application/pdf", 7, func() io.Reader { return strings.NewReader("content") })
	f.post(lark.TypeMessageReceive, func(event map[string]any) {
		message := event["message"].(map[string]any)
		message["message_id"], message["message_type"] = id, "file"
		message["content"] = `{"file_key":"file_v3_1","file_name":"report.pdf"}`
	})
	pattern := filepath.Join(f.files, "larkbridge-bucketname", "files", "oc_*", "*-*-*", "file_v3_1.pdf")
	file := f.await("file", func() string {
		if found, _ := filepath.Glob(pattern); len(found) == 1 {
			if content, _ := os.ReadFile(found[0]); len(content) == 7 {
				return found[0]
			}
		}
		return ""
	})
	if content, err := os.ReadFile(file); err != nil || string(content) != "content" {
		t.Errorf("got %q, %v, want the file's content", content, err)
	}
}

func TestMarketplace(t *testing.T) {
	f := start(t, "", "marketplace/template.yaml")
	f.post("app_open", func(map[string]any) {})
	if m := f.answer(local.SampleUser, "Thank you"); m.MsgType != "interactive" && m.MsgType != "post" {
		t.Errorf("got a message of type %s", m.MsgType)
	}
}

func TestContactSync(t *testing.T) {
	f := start(t, "node", "contact-sync/template.yaml")
	same := func(map[string]any) {}
	f.post("contact.user.created_v3", same)
	if call := f.call("PutCommand"); !strings.Contains(call, `"TableName":"People"`) || !strings.Contains(call, "Alice Zhang") {
		t.Errorf("got the call %s", call)
	}
	f.post("contact.user.deleted_v3", same)
	if call := f.call("DeleteCommand"); !strings.Contains(call, `"Key":{"open_id":"`+local.SampleUser+`"}`) {
		t.Errorf("got the call %s", call)
	}
	f.platform.AddDocument("/open-apis/contact/v3/users", json.RawMessage(`{"open_id":"ou_bo","name":"Bo","department_ids":["0"]}`))
	everybody := f.handler("contact-sync/index.js", "handler", "TABLE=People", "SEND_FUNCTION=larkbridge-send")
	if answer, err := f.invoke(everybody, "{}"); err != nil || answer != `{"people":1}` {
		t.Errorf("got %s, %v, want one person", answer, err)
	}
	f.call(`"name":"Bo"`)
}

func TestAlarms(t *testing.T) {
	f := start(t, "python3", "alarms/template.yaml")
	event, err := os.ReadFile("../lib/notice/testdata/alarm-action.json")
	if err != nil {
		t.Fatal(err)
	}
	event = bytes.Replace(event, []byte("INSUFFICIENT_DATA"), []byte("ALARM"), 1) // the state; the sample has none to acknowledge
	answer, err := f.invoke(f.handler("alarms/app.py", "alarm", "CHAT="+local.SampleChat), string(event))
	if err != nil {
		t.Fatal(err)
	}
	record, err := local.DestinationRecord("Alarm", event, []byte(answer), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f.send(string(record))
	var alarm struct{ AlarmData struct{ AlarmName string } }
	if err := json.Unmarshal(event, &alarm); err != nil {
		t.Fatal(err)
	}
	name := alarm.AlarmData.AlarmName
	card := f.answer(local.SampleChat, "Acknowledge")
	f.click(card.ID, map[string]any{"silence": name})
	if call, want := f.call("disable_alarm_actions"), `["cloudwatch", "disable_alarm_actions", {"AlarmNames": ["`+name+`"]}]`; strings.TrimSpace(call) != want {
		t.Errorf("got the call %s, want %s", call, want)
	}
	if m := f.answer(local.SampleChat, name+": acknowledged"); m.ID != card.ID {
		t.Errorf("the card %s has changed, want %s", m.ID, card.ID)
	}
}

func TestApproval(t *testing.T) {
	f := start(t, "python3", "approval/template.yaml")
	detail := `{"event":{"operator":{"open_id":"ou_1"},"action":{"value":{"action":"reject"}}}}`
	h := f.handler("approval/app.py", "handler")
	answer, err := f.invoke(h, detail)
	reply, parseErr := lark.ParseCardReply([]byte(answer))
	if err != nil || parseErr != nil || reply.Toast.Content != "Rejected" || reply.Card == nil {
		t.Errorf("got %s, %v, %v, want a card that says Rejected", answer, err, parseErr)
	}
	if answer, err := f.invoke(h, `{"event":{"action":{"value":"of another card"}}}`); err != nil || answer != "null" {
		t.Errorf("got %s, %v, want null", answer, err)
	}
	f.send(`{"message":{"to":{"chat_id":"` + local.SampleChat + `"},"card":{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"Approve?"}]}}}}`)
	card := f.answer(local.SampleChat, "Approve?")
	f.click(card.ID, map[string]any{"action": "approve", "how": "slowly"})
	if m := f.answer(local.SampleChat, "Approved by"); m.ID != card.ID {
		t.Errorf("the card %s has changed, want %s", m.ID, card.ID)
	}
}

func TestScheduledReport(t *testing.T) {
	f := start(t, "")
	var resources struct {
		Report struct {
			Properties struct{ Target struct{ Input string } }
		}
	}
	readTemplate(t, "scheduled-report", &resources)
	input := strings.NewReplacer("${Chat}", local.SampleChat, "<aws.scheduler.execution-id>", "e1").Replace(resources.Report.Properties.Target.Input)
	f.send(input)
	f.answer(local.SampleChat, "Stand-up")
}

func TestSlashCommands(t *testing.T) {
	for text, want := range map[string]string{"shop 1.4": "has version 1.4 now", "shop": "Write /deploy"} {
		f := start(t, "node")
		var resources struct {
			Commands struct{ Properties struct{ Definition machine } }
		}
		readTemplate(t, "slash-commands", &resources)
		h := f.handler("slash-commands/index.mjs", "handler")
		id := f.message("text", `{"text":"/deploy `+text+`"}`)
		m := resources.Commands.Properties.Definition
		m.run(t, map[string]any{"detail": map[string]any{
			"app": "default", "header": map[string]any{"event_id": "e1"},
			"event":   map[string]any{"message": map[string]any{"message_id": id}},
			"message": map[string]any{"command": map[string]any{"name": "deploy", "text": text}},
		}}, func(function, payload string) (string, error) {
			if function == "${Send}" {
				return f.send(payload), nil
			}
			return f.invoke(h, payload)
		})
		if m := f.answer("", want); m.ParentID != id {
			t.Errorf("got an answer to %q, want one to %q", m.ParentID, id)
		}
	}
}

// TestREADME checks that each example has a README in both languages, with the same code
// and as many sections, and that its code is short.
func TestREADME(t *testing.T) {
	templates, err := filepath.Glob("*/template.yaml")
	if err != nil || len(templates) < 8 {
		t.Fatalf("got the templates %v, %v, want those of 8 examples or more", templates, err)
	}
	for _, template := range templates {
		folder := filepath.Dir(template)
		english, chinese := readFile(t, folder+"/README.md"), readFile(t, folder+"/README.zh.md")
		if diff := cmp.Diff(codeBlocks(english), codeBlocks(chinese)); diff != "" {
			t.Errorf("%s: the code of README.md and README.zh.md differs:\n%s", folder, diff)
		}
		if en, zh := strings.Count(english, "\n#"), strings.Count(chinese, "\n#"); en != zh {
			t.Errorf("%s: README.md has %d sections, README.zh.md %d", folder, en, zh)
		}
		lines := 0
		for _, pattern := range []string{"*.py", "*.js", "*.mjs"} {
			files, _ := filepath.Glob(filepath.Join(folder, pattern))
			for _, file := range files {
				lines += strings.Count(readFile(t, file), "\n")
			}
		}
		if lines > 150 {
			t.Errorf("%s has %d lines of code, want at most 150", folder, lines)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	doc, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// codeBlocks returns what is between ``` and ```.
func codeBlocks(doc string) (blocks []string) {
	for i, block := range strings.Split(doc, "```") {
		if i%2 == 1 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}
