package local

import (
	"strings"
	"testing"
	"time"
)

func TestFindButton(t *testing.T) {
	const card1 = `{"elements":[{"tag":"div"},{"tag":"action","actions":[
		{"tag":"button","text":{"content":"Yes"},"value":{"a":1}},{"tag":"button","text":{"content":"No"},"value":{"a":2}}]}]}`
	const card2 = `{"schema":"2.0","body":{"elements":[{"tag":"column_set","columns":[{"elements":[
		{"tag":"button","text":{"content":"Go"},"behaviors":[{"type":"open_url"},{"type":"callback","value":"go"}]}]}]}]}}`
	for _, c := range []struct{ card, label, want string }{
		{card1, "", `{"a":1}`}, {card1, "no", `{"a":2}`}, {card2, "", `"go"`},
		{card1, "x", `the card has no button "x", but "Yes", "No"`},
		{`{}`, "", "the card has no button"}, {`no`, "", "the card has no button"},
		{`{"elements":[{"tag":"button"}]}`, "", "null"},
	} {
		b, err := FindButton([]byte(c.card), c.label)
		got := string(b.Value)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s, button %q: got %s, want %s", strings.Fields(c.card)[0], c.label, got, c.want)
		}
	}
}

func TestEditsThatAreWrong(t *testing.T) {
	s, err := NewSigner(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		eventType string
		edit      Edit
		want      string
	}{
		{"no.such_v1", Edit{}, `there is no sample of "no.such_v1"`},
		{"im.message.receive_v1", Edit{Variant: 9}, "there is no variant 9 of im.message.receive_v1"},
		{"im.message.receive_v1", Edit{Set: []Assignment{{"schema.x", 1}}}, "schema of the sample is not an object, so schema.x cannot be set"},
		{"", Edit{Payload: []byte(`[]`)}, "reading the sample"},
	} {
		req, err := s.Request(t.Context(), "http://localhost", c.eventType, c.edit, time.Now())
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v, want %s", c.eventType, req, err, c.want)
		}
	}
}
