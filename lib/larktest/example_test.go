package larktest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// A test starts the platform, lets the code under test talk to it (here two
// plain calls) and looks at what arrived.
func Example() {
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_demo", Secret: "secret"}))
	server := httptest.NewServer(platform) // on 127.0.0.1
	defer server.Close()

	call := func(path, token, body string) map[string]any {
		r, err := http.NewRequest("POST", server.URL+"/open-apis"+path, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			panic(err)
		}
		defer answer.Body.Close()
		var fields map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&fields); err != nil {
			panic(err)
		}
		return fields
	}

	token := call("/auth/v3/tenant_access_token/internal", "",
		`{"app_id":"cli_demo","app_secret":"secret"}`)["tenant_access_token"].(string)
	call("/im/v1/messages?receive_id_type=chat_id", token,
		`{"receive_id":"oc_team","msg_type":"text","content":"{\"text\":\"hello\"}"}`)

	for _, m := range platform.Messages("oc_team") {
		fmt.Println(m.MsgType, m.Content)
	}
	// Output: text {"text":"hello"}
}
