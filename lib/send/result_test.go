package send

import (
	"encoding/json"
	"testing"
)

// The bus and the table get an answer without its secrets. What holds none stays
// as Lark wrote it.
func TestResultWithoutSecrets(t *testing.T) {
	for data, want := range map[string]string{
		`{"access_token":"u-1","refresh_token":"ur-1","token_type":"Bearer","expires_in":7200}`: `{"access_token":"***","expires_in":7200,"refresh_token":"***","token_type":"Bearer"}`,
		`{"list":[{"app_secret":"s","n":12345678901234567890}]}`:                                `{"list":[{"app_secret":"***","n":12345678901234567890}]}`,
		`{"ticket":"t"}`: `{"ticket":"***"}`,
		`{"b":1, "ticket":{"ticket_id":"7"},"app_token":"bas1","token":"doc1","page_token":"p1"}`: `{"b":1, "ticket":{"ticket_id":"7"},"app_token":"bas1","token":"doc1","page_token":"p1"}`,
		`null`: `null`,
	} {
		r := Result{Data: json.RawMessage(data)}
		if got := string(r.slim().Data); got != want {
			t.Errorf("%s: got %s, want %s", data, got, want)
		}
		if string(r.Data) != data {
			t.Errorf("the caller gets %s, want %s", r.Data, data)
		}
	}
}
