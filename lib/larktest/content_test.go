package larktest

import "testing"

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
			newBench(t).sendRaw("oc_1", tt.msgType, tt.content).want(tt.code)
		})
	}
}

func TestFileIsSentAsUploaded(t *testing.T) {
	b := newBench(t)
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
