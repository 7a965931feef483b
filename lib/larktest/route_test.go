package larktest

import "testing"

func TestRoutes(t *testing.T) {
	tests := []struct {
		method, path string
		status, code int
	}{
		{"GET", "/open-apis/no/such", 404, 99991201},
		{"GET", "/", 404, 99991201},
		{"POST", "/open-apis/im/v1/messages/", 404, 99991201},
		{"POST", "/open-apis/message/v4/batch_send", 404, 99991201},
		{"PUT", "/open-apis/im/v1/chats", 404, 99991201},
		{"GET", "/open-apis/im/v1/messages/om_1/reply", 404, 99991201},
		{"GET", "/open-apis/im/v1/chats", 200, 0},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			if r := newFixture(t).call(tt.method, tt.path, nil).want(tt.code); r.status != tt.status {
				t.Errorf("got HTTP %d, want %d", r.status, tt.status)
			}
		})
	}
}

// What the stand-in does not know it says in its own words: Lark may well know it.
func TestUnknownAPI(t *testing.T) {
	r := newFixture(t).get("/open-apis/drive/v1/files").want(99991201)
	if got, want := r.string("msg"), "the stand-in does not know this API: GET /open-apis/drive/v1/files"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
