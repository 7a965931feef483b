package larktest

import (
	"strings"
	"testing"
)

func TestContent(t *testing.T) {
	tests := []struct {
		name, msgType, content string
		code                   int
	}{
		{"text", "text", `{"text":"x"}`, 0},
		{"plain text", "text", `x`, 230001},
		{"list", "text", `[]`, 230001},
		{"null", "text", `null`, 230001},
		{"text missing", "text", `{}`, 230001},
		{"text not a string", "text", `{"text":1}`, 230001},
		{"post", "post", `{"zh_cn":{"title":"t","content":[[{"tag":"md","text":"x"}]]}}`, 0},
		{"post without language", "post", `{}`, 230001},
		{"post not wrapped", "post", `{"title":"t","content":[[{"tag":"text"}]]}`, 230001},
		{"post tag", "post", `{"zh_cn":{"content":[[{"tag":"blink"}]]}}`, 230001},
		{"share_chat", "share_chat", `{"chat_id":"oc_1"}`, 0},
		{"share_chat as batch", "share_chat", `{"share_chat_id":"oc_1"}`, 230001},
		{"share_user", "share_user", `{"user_id":"ou_1"}`, 0},
		{"sticker", "sticker", `{"file_key":"f"}`, 0},
		{"system", "system", `{"type":"divider"}`, 0},
		{"foreign image", "image", `{"image_key":"img_x"}`, 230017},
		{"foreign file", "file", `{"file_key":"file_x"}`, 230017},
		{"card", "interactive", `{"elements":[]}`, 0},
		{"broken card", "interactive", `{"schema":"9"}`, 230099},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newFixture(t).sendRaw("oc_1", tt.msgType, tt.content).want(tt.code)
		})
	}
}

func TestFileIsSentAsUploaded(t *testing.T) {
	b := newFixture(t)
	for fileType, good := range map[string]string{"opus": "audio", "mp4": "media", "stream": "file"} {
		key := b.uploadedFile(fileType)
		for _, msgType := range []string{"audio", "media", "file"} {
			code := 230055
			if msgType == good {
				code = 0
			}
			b.sendRaw("oc_1", msgType, `{"file_key":"`+key+`"}`).want(code)
		}
	}
}

func TestParseCard(t *testing.T) {
	tests := []struct {
		name, card, code string // the nested code, "" for a good card
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
			_, f := parseCard([]byte(tt.card), 230099)
			switch {
			case tt.code == "" && f != nil:
				t.Errorf("got the failure %s, want none", f.msg)
			case tt.code != "" && (f == nil || !strings.Contains(f.msg, "ErrCode: "+tt.code)):
				t.Errorf("got %v, want ErrCode: %s", f, tt.code)
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
		c, err := decodeCard([]byte(raw))
		if err != nil || c.shared() != want {
			t.Errorf("%s: got %v and the error %v, want %v", raw, c.shared(), err, want)
		}
	}
}
