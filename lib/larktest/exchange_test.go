package larktest

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		status, code            int
		msg                     string
	}{
		{"no type", "", `{}`, 400, 9499, "Content-Type"},
		{"not json", "application/json", `{`, 400, 9499, "not JSON"},
		{"content as object", "application/json", `{"content":{"text":"x"}}`, 400, 9499, "json: content"},
		{"huge", "application/json", strings.Repeat(" ", maxBody+1), 413, 9499, "too large"},
		{"no charset", "application/json", `{}`, 400, 99992402, "validation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			r := httptest.NewRequest("POST", "/open-apis/im/v1/messages?receive_id_type=chat_id", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("Authorization", "Bearer "+b.token)
			got := b.do(r).want(tt.code)
			if got.status != tt.status || !strings.Contains(got.string("msg"), tt.msg) {
				t.Errorf("HTTP %d %s", got.status, got.raw)
			}
		})
	}
}
