package request

import (
	"encoding/json"
	"strings"
	"testing"
)

// canary marks the values of a request: no error may have it.
const canary = "CANARY-4711"

// marked puts the canary into every string of a document, but not into names.
func marked(v any) any {
	switch v := v.(type) {
	case string:
		return v + canary
	case []any:
		for i := range v {
			v[i] = marked(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = marked(v[name])
		}
	}
	return v
}

// No input makes the verbs panic, and their errors name fields, never values.
func FuzzParse(f *testing.F) {
	for _, doc := range []string{
		`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"not_before":"2026-01-31T09:00:00Z"}`,
		`{"message":{"reply_to":{"message_id":"om_1"},"card":{"a":[1]},"markdown":"# a"},"app":"x","on_error":"return"}`,
		`{"update_card":{"token":"c-1","card":{"type":"raw","data":{}}},"not_before":1e9}`,
		`{"recall":{"message_id":"om_1"},"trace_id":"a\u2028b","correlation_id":"\"\u0000"}`,
		`{"edit":{"message_id":"om_1","msg_type":"text","content":{}}}`,
		`{"forward":{"message_ids":["om_1"],"to":{"email":"a@b.c"}}}`,
		`{"urgent":{"message_id":"om_1","user_ids":["ou_1"],"how":"sms"}}`,
		`{"read_users":{"message_id":"om_1","page_size":7}}`,
		`{"upload":{"file":{"base64":"aGk=","name":"a.pdf"},"duration":1}}`,
		`{"download":{"message_id":"om_1","file_key":"f","type":"file","to":"s3://bkt/k"}}`,
		`{"webhook":{"url":"u","secret":"s","post":{}}}`,
		`{"request":{"method":"POST","path":"a/:b","path_params":{"b":1},"query":{"c":[true,null,1e3]},"body":"x","paginate":true,"timeout":1}}`,
		`{"request":{"method":"PUT","path":"a","form":{"fields":{"a":1},"files":[{"field":"f","s3":"s3://bkt/k"}]},"token":"app"}}`,
		`{"a":1,"a":2}`, `[]`, `null`, ``, "\xff",
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		readRequest(doc)
		var v any
		if json.Unmarshal(doc, &v) != nil {
			return
		}
		names := string(doc)
		doc, err := json.Marshal(marked(v))
		if err != nil {
			return
		}
		if err := readRequest(doc); err != nil && strings.Contains(err.Error(), canary) && !strings.Contains(names, canary) {
			t.Errorf("the error has a value: %v", err)
		}
	})
}

func readRequest(doc []byte) error {
	req, err := Parse(doc)
	if err != nil {
		return err
	}
	_, err = req.Plan(testUUID)
	return err
}
