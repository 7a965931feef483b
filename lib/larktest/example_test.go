package larktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
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

// sendText has an app send one message to the platform.
func sendText(platform *larktest.Platform) error {
	server := httptest.NewServer(platform)
	defer server.Close()
	app := &lark.App{AppID: "cli_demo", AppSecret: "secret", BaseURL: server.URL, Type: lark.Custom}
	_, err := lark.NewClient(app).Do(context.Background(), lark.Call{
		Method: http.MethodPost, Path: "im/v1/messages", Query: url.Values{"receive_id_type": {"chat_id"}},
		Body: []byte(`{"receive_id":"oc_team","msg_type":"text","content":"{\"text\":\"hello\"}"}`),
	})
	return err
}

func ExamplePlatform_Calls() {
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_demo", Secret: "secret"}))
	if err := sendText(platform); err != nil {
		fmt.Println(err)
	}
	for _, call := range platform.Calls() {
		fmt.Println(call.Method, call.Path, call.Status)
	}
	// Output:
	// POST /open-apis/auth/v3/tenant_access_token/internal 200
	// POST /open-apis/im/v1/messages 200
}

func ExamplePlatform_Fail() {
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_demo", Secret: "secret"}))
	platform.Fail(larktest.Fault{Kind: larktest.Quota, Match: func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/messages")
	}})
	var refused *lark.Error
	fmt.Println(errors.As(sendText(platform), &refused), refused.Kind)
	// Output: true quota
}

func ExampleSamples() {
	for _, sample := range larktest.Samples() {
		if sample.Type() == "im.chat.updated_v1" {
			fmt.Println(sample.Type(), sample.Schema)
		}
	}
	// Output: im.chat.updated_v1 2.0
}
