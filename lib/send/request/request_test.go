package request

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestParseRefusesDocuments(t *testing.T) {
	const verbs = "message, ask, stream, update_card, edit, recall, forward, react, unreact, urgent, read_users, get_message, upload, download, webhook, request"
	refuse(t, []refusal{
		{`secret`, `the request is not one JSON object`},
		{``, `the request is not one JSON object`},
		{`["secret"]`, `the request is not one JSON object`},
		{`null`, `the request has no verb: give one of ` + verbs},
		{`{"recall":{"message_id":"om_1"}}{}`, `the request is not one JSON object`},
		{`{"recall":{"message_id":"om_1"}} secret`, `the request is not one JSON object`},
		{`{"app":"default"}`, `the request has no verb: give one of ` + verbs},
		{`{"recall":null}`, `the request has no verb: give one of ` + verbs},
		{`{"recall":{},"message":{}}`, `the request has more than one verb: message, recall; send one request for each`},
		{`{"shout":"secret"}`, `field "shout" is not one that the request can have`},
		{`{"message":{"to":{"chat":"secret"}}}`, `field "message.to.chat" is not one that the request can have`},
		{`{"Message":{}}`, `field "Message" is not one that the request can have`},
		{`{"request":{"form":{"files":[{},{"path":"secret"}]}}}`, `field "request.form.files.1.path" is not one that the request can have`},
		{`{"recall":{"message_id":"a","message_id":"b"}}`, `field "recall.message_id" is given twice`},
		{`{"message":{"card":{"a":1,"a":2}}}`, `field "message.card.a" is given twice`},
	})
}

func TestParseRefusesValues(t *testing.T) {
	refuse(t, []refusal{
		{`{"message":{"to":{"chat_id":4711}}}`, `field "message.to.chat_id": want a string`},
		{`{"message":{"text":4711}}`, `field "message.text": want a string`},
		{`{"webhook":{"url":4711}}`, `field "webhook.url": want a string`},
		{`{"message":{"reply_to":{"in_thread":"secret"}}}`, `field "message.reply_to.in_thread": want true or false`},
		{`{"read_users":{"page_size":"secret"}}`, `field "read_users.page_size": want a whole number`},
		{`{"request":{"timeout":"secret"}}`, `field "request.timeout": want a number`},
		{`{"upload":{"duration":4711.5}}`, `field "upload.duration": want a whole number`},
		{`{"urgent":{"user_ids":"secret"}}`, `field "urgent.user_ids": want a list`},
		{`{"urgent":{"user_ids":["a",4711]}}`, `field "urgent.user_ids.1": want a string`},
		{`{"message":"secret"}`, `field "message": want an object`},
		{`{"request":{"query":"secret"}}`, `field "request.query": want an object`},
		{`{"message":{"card":"secret"}}`, `field "message.card": want an object`},
		{`{"message":{"content":"{}"}}`, `field "message.content": want an object`},
		{`{"request":{"query":{"a":{"b":"secret"}}}}`, `field "request.query.a": want a string, a number, true or false, or a list of them`},
		{`{"request":{"query":{"a":[["secret"]]}}}`, `field "request.query.a": want a string, a number, true or false, or a list of them`},
		{`{"request":{"path_params":{"a":true}}}`, `field "request.path_params.a": want a string or a number`},
		{`{"request":{"path_params":{"a":null}}}`, `field "request.path_params.a": want a string or a number`},
		{`{"request":{"paginate":0}}`, `field "request.paginate": want true, or the largest number of pages`},
		{`{"request":{"paginate":"secret"}}`, `field "request.paginate": want true, or the largest number of pages`},
		{`{"not_before":"secret"}`, `field "not_before": want a time such as 2026-01-31T09:00:00Z, or Unix seconds`},
		{`{"not_before":-4711}`, `field "not_before": want a time such as 2026-01-31T09:00:00Z, or Unix seconds`},
		{`{"not_before":1769821200000}`, `field "not_before": want a time such as 2026-01-31T09:00:00Z, or Unix seconds`},
		{`{"recall":{},"on_error":"secret"}`, `field "on_error": want "return"`},
		{`{"recall":{},"trace_id":"a secret"}`, `field "trace_id": want 1 to 128 printable ASCII characters without spaces`},
		{`{"recall":{},"trace_id":"secret\n"}`, `field "trace_id": want 1 to 128 printable ASCII characters without spaces`},
		{`{"recall":{},"trace_id":"` + strings.Repeat("a", 129) + `"}`, `field "trace_id": want 1 to 128 printable ASCII characters without spaces`},
		{`{"recall":{},"trace_id":4711}`, `field "trace_id": want a string`},
		{`{"recall":{},"correlation_id":"sécret"}`, `field "correlation_id": want 1 to 128 printable ASCII characters without spaces`},
		{`{"recall":{},"correlation_id":["secret"]}`, `field "correlation_id": want a string`},
		{`{"recall":{},"app":"Secret"}`, `field "app": want 1 to 32 of a-z, 0-9 and -`},
		{`{"` + strings.Repeat("é", 200) + `":1}`, `field "` + strings.Repeat("é", 60) + `…" is not one that the request can have`},
	})
}

func TestParseCommonFields(t *testing.T) {
	req, err := Parse([]byte(`{"app":"a-1","tenant_key":"tk","idempotency_key":"k","on_error":"return","trace_id":"!~","correlation_id":"e","recall":{"message_id":"om_1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, []string{"a-1", "tk", "k", "return", "!~", "e"},
		[]string{req.App, req.TenantKey, req.IdempotencyKey, req.OnError, req.TraceID, req.CorrelationID})
	longest := strings.Repeat("a", 128)
	if req, err = Parse([]byte(`{"recall":{},"trace_id":"","correlation_id":"` + longest + `"}`)); err != nil || req.Correlation != (Correlation{CorrelationID: longest}) {
		t.Errorf("got %+v, %v", req, err)
	}
	if req, err = Parse([]byte(` {"recall":{"message_id":"om_1"}} `)); err != nil || req.App != "default" || !time.Time(req.NotBefore).IsZero() {
		t.Errorf("got %+v, %v", req, err)
	}
}

func TestNotBefore(t *testing.T) {
	due := time.Date(2026, 1, 31, 1, 0, 0, 0, time.UTC)
	for doc, want := range map[string]time.Time{
		`"2026-01-31T01:00:00Z"`:      due,
		`"2026-01-31T09:00:00+08:00"`: due,
		`1769821200`:                  due,
		`1.7698212e9`:                 due,
		`1769821200.5`:                due.Add(500 * time.Millisecond),
		`null`:                        {},
	} {
		req, err := Parse([]byte(`{"recall":{},"not_before":` + doc + `}`))
		if err != nil || !time.Time(req.NotBefore).Equal(want) {
			t.Errorf("%s: got %v, %v", doc, req, err)
		}
	}
}

func TestObjectMarshals(t *testing.T) {
	for _, doc := range []string{`{"a":12345678901234567890}`, `null`} {
		var o Object
		if err := json.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, doc, string(got))
	}
}
