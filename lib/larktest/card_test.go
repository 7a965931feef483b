package larktest

import (
	"strings"
	"testing"
)

func TestCheckCard(t *testing.T) {
	tests := []struct {
		name, card, sub string // sub-code, "" for a good card
	}{
		{"schema 1", `{"elements":[{"tag":"action"}]}`, ""},
		{"languages", `{"i18n_elements":{}}`, ""},
		{"header alone", `{"header":{}}`, ""},
		{"schema 2", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"x"}]}}`, ""},
		{"template", `{"type":"template","data":{"template_id":"AAq"}}`, ""},
		{"entity", `{"type":"card","data":{"card_id":"7"}}`, ""},
		{"empty", `{}`, "200621"},
		{"list", `[]`, "200621"},
		{"unknown schema", `{"schema":"3.0"}`, "200621"},
		{"schema 2 with elements outside", `{"schema":"2.0","elements":[]}`, "200621"},
		{"schema 2 with old tag", `{"schema":"2.0","body":{"elements":[{"columns":[{"tag":"action"}]}]}}`, "200861"},
		{"template without id", `{"type":"template","data":{}}`, "200380"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := checkCard([]byte(tt.card), 230099)
			switch {
			case tt.sub == "" && f != nil:
				t.Errorf("refused: %s", f.msg)
			case tt.sub != "" && (f == nil || !strings.Contains(f.msg, "ErrCode: "+tt.sub)):
				t.Errorf("got %v", f)
			}
		})
	}
}

func TestShared(t *testing.T) {
	tests := map[string]bool{
		`{"elements":[]}`: false,
		`{"config":{"update_multi":true},"elements":[]}`: true,
		`{"schema":"2.0"}`: true,
		`{"schema":"2.0","config":{"update_multi":false}}`:    false,
		`{"type":"template","data":{"template_id":"AAq"}}`:    true,
		`{"type":"card","data":{"card_id":"7"}}`:              true,
		`{"config":{"wide_screen_mode":true},"elements":[0]}`: false,
	}
	for raw, want := range tests {
		c, err := parseCard([]byte(raw))
		if err != nil || c.shared() != want {
			t.Errorf("%s: %v %v", raw, c.shared(), err)
		}
	}
}
