package schemas_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// messageDetail is a detail that has every part which the schema promises.
const messageDetail = `{"schema":"2.0","app":"ops","trace_id":"t","header":{"event_id":"e","create_time":1735689600123},"event":{"message":"Lark changed its type"},` +
	`"message":{"type":"post","text":"/deploy","content":"not JSON","command":{"name":"deploy","text":""},"to_me":true,` +
	`"mentions":[{"key":"@_all","name":"all"}],"resources":[{"type":"image","key":"k"}],"reply_to":"om_1","root":"om_1","thread":"omt_1"}}`

const failedDetail = `{"id":"1","source":"sqs","result":{"ok":false,"code":230002,"msg":"no","error":{"kind":"not_found","code":230002,"msg":"no","retryable":false}}}`

const succeededDetail = `{"id":"1","source":"sqs","app":"default","verb":"message","target":"","result":{"ok":true,"code":0,"msg":"","data":{"message_id":"om_1"}}}`

func TestDetails(t *testing.T) {
	for name, c := range map[string]struct {
		source, detailType, detail string
		old, replaced              string // what is replaced in the detail
		valid                      bool
	}{
		"a message":                        {bus.Source, "im.message.receive_v1", messageDetail, "", "", true},
		"an unknown type":                  {bus.Source, "new.event_v1", messageDetail, "", "", true},
		"more than is promised":            {bus.Source, "im.message.receive_v1", messageDetail, `"app":`, `"later":1,"app":`, true},
		"no text of its own":               {bus.Source, "im.message.receive_v1", messageDetail, `"content":"not JSON",`, ``, true},
		"an event that is null":            {bus.Source, "im.message.receive_v1", messageDetail, `{"message":"Lark changed its type"}`, `null`, true},
		"in S3":                            {bus.Source, "im.message.receive_v1", messageDetail, `"event":{"message":"Lark changed its type"}`, `"s3":{"bucket":"b","key":"events/ops/1.json","size":7}`, true},
		"no schema":                        {bus.Source, "im.message.receive_v1", messageDetail, `"schema":"2.0",`, ``, false},
		"another schema":                   {bus.Source, "im.message.receive_v1", messageDetail, `"2.0"`, `"3.0"`, false},
		"no app":                           {bus.Source, "im.message.receive_v1", messageDetail, `"app":"ops",`, ``, false},
		"an app that is no name":           {bus.Source, "im.message.receive_v1", messageDetail, `"ops"`, `"Ops"`, false},
		"a trace id that is a number":      {bus.Source, "im.message.receive_v1", messageDetail, `"trace_id":"t"`, `"trace_id":7`, false},
		"no header":                        {bus.Source, "new.event_v1", messageDetail, `"header":`, `"head":`, false},
		"the token in the header":          {bus.Source, "new.event_v1", messageDetail, `"event_id":`, `"token":"x","event_id":`, false},
		"neither event nor S3":             {bus.Source, "new.event_v1", messageDetail, `"event":`, `"body":`, false},
		"both event and S3":                {bus.Source, "new.event_v1", messageDetail, `"event":`, `"s3":{"bucket":"b","key":"events/ops/1.json","size":7},"event":`, false},
		"S3 without a key":                 {bus.Source, "new.event_v1", messageDetail, `"event":{"message":"Lark changed its type"}`, `"s3":{"bucket":"b","size":7}`, false},
		"S3 outside of events/":            {bus.Source, "new.event_v1", messageDetail, `"event":{"message":"Lark changed its type"}`, `"s3":{"bucket":"b","key":"files/1","size":7}`, false},
		"a message without a text":         {bus.Source, "im.message.receive_v1", messageDetail, `"text":"/deploy",`, ``, false},
		"a text that is a number":          {bus.Source, "im.message.receive_v1", messageDetail, `"text":"/deploy"`, `"text":7`, false},
		"a type that is null":              {bus.Source, "im.message.receive_v1", messageDetail, `"type":"post"`, `"type":null`, false},
		"a command without a name":         {bus.Source, "im.message.receive_v1", messageDetail, `"name":"deploy"`, `"name":""`, false},
		"to_me as a text":                  {bus.Source, "im.message.receive_v1", messageDetail, `"to_me":true`, `"to_me":"true"`, false},
		"mentions that are no list":        {bus.Source, "im.message.receive_v1", messageDetail, `[{"key":"@_all","name":"all"}]`, `{"key":"@_all"}`, false},
		"a resource without a key":         {bus.Source, "im.message.receive_v1", messageDetail, `,"key":"k"`, ``, false},
		"a resource of another type":       {bus.Source, "im.message.receive_v1", messageDetail, `"type":"image"`, `"type":"cover"`, false},
		"a thread that is a number":        {bus.Source, "im.message.receive_v1", messageDetail, `"omt_1"`, `7`, false},
		"a failure":                        {bus.SendSource, "Lark Send Failed", failedDetail, "", "", true},
		"a failure that is ok":             {bus.SendSource, "Lark Send Failed", failedDetail, `"ok":false`, `"ok":true`, false},
		"a failure without an error":       {bus.SendSource, "Lark Send Failed", failedDetail, `"error":`, `"cause":`, false},
		"an error without a kind":          {bus.SendSource, "Lark Send Failed", failedDetail, `"kind":"not_found",`, ``, false},
		"a code that is a text":            {bus.SendSource, "Lark Send Failed", failedDetail, `230002`, `"230002"`, false},
		"a success":                        {bus.SendSource, "Lark Send Succeeded", succeededDetail, "", "", true},
		"a success that is not ok":         {bus.SendSource, "Lark Send Succeeded", succeededDetail, `"ok":true`, `"ok":false`, false},
		"a result without an id":           {bus.SendSource, "Lark Send Succeeded", succeededDetail, `"id":"1",`, ``, false},
		"a result of no source":            {bus.SendSource, "Lark Send Succeeded", succeededDetail, `"source":"sqs",`, ``, false},
		"a result without a schema":        {bus.SendSource, "Lark Send Began", succeededDetail, "", "", false},
		"an entry of another source":       {"my.app", "Lark Send Request", `{}`, "", "", true},
		"a detail that is not JSON at all": {bus.Source, "new.event_v1", messageDetail, `}}`, `}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(c.detail, c.old) {
				t.Fatalf("%s is not in %s", c.old, c.detail)
			}
			detail := strings.Replace(c.detail, c.old, c.replaced, 1)
			if err := busschema.Check(c.source, c.detailType, []byte(detail)); (err == nil) != c.valid {
				t.Errorf("got %v, want valid to be %v for %s", err, c.valid, detail)
			}
		})
	}
}

// TestDocumentedTypes checks that the documented part of each schema refuses a member
// of another type, so that code bindings have types.
func TestDocumentedTypes(t *testing.T) {
	for _, c := range []struct{ eventType, old, replaced string }{
		{"im.message.receive_v1", `"chat_type":"p2p"`, `"chat_type":7`},
		{"im.message.receive_v1", `"sender_id":{`, `"sender_id":7,"was":{`},
		{"card.action.trigger", `"tag":"button"`, `"tag":null`},
		{"contact.user.created_v3", `"is_activated":true`, `"is_activated":"yes"`},
		{"approval_instance", `"status":"APPROVED"`, `"status":["APPROVED"]`},
	} {
		s, ok := larktest.FindSample(c.eventType)
		if !ok {
			t.Fatalf("there is no sample of %s", c.eventType)
		}
		body := string(compact(t, receive(t, s).Body))
		if !strings.Contains(body, c.old) {
			t.Fatalf("%s is not in %s", c.old, body)
		}
		if err := busschema.CheckDocumented(c.eventType, []byte(strings.Replace(body, c.old, c.replaced, 1))); err == nil {
			t.Errorf("%s with %s is valid, want that it is not", c.eventType, c.replaced)
		}
	}
}

func compact(t *testing.T, doc []byte) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(doc, &value); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
