package lark_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// exampleClient returns a client of a platform in memory, in place of
// lark.NewClient(app) with the app of the developer console.
func exampleClient() (client *lark.Client, platform *larktest.Platform, closeServer func()) {
	platform = larktest.New(larktest.WithApps(larktest.App{ID: "cli_demo", Secret: "secret"}))
	server := httptest.NewServer(platform)
	app := &lark.App{Type: lark.Custom, BaseURL: server.URL, AppID: "cli_demo", AppSecret: "secret"}
	return lark.NewClient(app), platform, server.Close
}

// exampleApp returns an app that can receive.
func exampleApp() *lark.App {
	app, err := lark.ParseApp("default", []byte(`{"app_id":"cli_a1b2c3d4e5f6a7b8","app_secret":"secret",
		"encrypt_key":"key","verification_token":"VerTokSample0123456789abcdefGHIJ"}`))
	if err != nil {
		panic(err)
	}
	return app
}

func ExampleNewClient() {
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_demo", Secret: "secret"}))
	server := httptest.NewServer(platform)
	defer server.Close()

	app, err := lark.ParseApp("default", []byte(`{"app_id":"cli_demo","app_secret":"secret","domain":"`+server.URL+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := lark.NewClient(app, lark.WithHTTPClient(server.Client()), lark.WithRetries(3))
	res, err := client.Do(context.Background(), lark.Call{Method: http.MethodGet, Path: "im/v1/chats"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Status, string(res.Data))
	// Output: 200 {"has_more":false,"items":[],"total":0}
}

func ExampleClient_Send() {
	client, platform, stop := exampleClient()
	defer stop()

	ctx := context.Background()
	sent, err := client.Send(ctx, lark.ToChat("oc_1"), lark.Text("hi"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Send(ctx, lark.ReplyTo(sent.MessageID), lark.Markdown("**bye**")); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range platform.Messages("oc_1") {
		fmt.Println(m.MsgType, m.Content)
	}
	// Output:
	// text {"text":"hi"}
	// post {"zh_cn":{"content":[[{"tag":"md","text":"**bye**"}]]}}
}

func ExampleDo() {
	client, _, stop := exampleClient()
	defer stop()

	type chats struct {
		Items   []struct{ Name string }
		HasMore bool `json:"has_more"`
	}
	data, err := lark.Do[chats](context.Background(), client, lark.Call{Path: "im/v1/chats"})
	fmt.Println(len(data.Items), data.HasMore, err)
	// Output: 0 false <nil>
}

func ExampleList() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := `{"items":[{"name":"sales"},{"name":"support"}],"has_more":true,"page_token":"2"}`
		if r.URL.Query().Get("page_token") == "2" {
			page = `{"items":[{"name":"team"}],"has_more":false}`
		}
		fmt.Fprintf(w, `{"code":0,"tenant_access_token":"t-1","expire":7200,"data":%s}`, page)
	}))
	defer server.Close()
	client := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: server.URL, AppID: "cli_demo", AppSecret: "secret"})

	type chat struct{ Name string }
	for c, err := range lark.List[chat](context.Background(), client, lark.Call{Path: "im/v1/chats"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Name)
	}
	// Output:
	// sales
	// support
	// team
}

func ExampleApp_ReceiveHTTP() {
	app := exampleApp()
	sample, _ := larktest.FindSample(lark.TypeMessageReceive)
	r, err := app.Sign(sample.Payload, time.Now()).NewRequest(context.Background(), "https://example.com/event")
	if err != nil {
		fmt.Println(err)
		return
	}

	callback, err := app.ReceiveHTTP(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	var m lark.MessageReceive
	if err := callback.Event.Bind(&m); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Message.ChatType, m.Message.MessageType, m.Message.Content)
	// Output: p2p text {"text":"hello"}
}

func ExampleHandler() {
	app := exampleApp()
	http.Handle("/event", lark.Handler(app, func(_ context.Context, ev *lark.Event) error {
		fmt.Println("received", ev.Type)
		return nil
	}).WithCards(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		return &lark.CardReply{Toast: &lark.Toast{Content: "clicked a " + click.Action.Tag}}, nil
	})))

	for _, eventType := range []string{"im.message.receive_v1", "card.action.trigger"} {
		sample, _ := larktest.FindSample(eventType)
		r, err := app.Sign(sample.Payload, time.Now()).NewRequest(context.Background(), "/event")
		if err != nil {
			fmt.Println(err)
			return
		}
		w := httptest.NewRecorder()
		http.DefaultServeMux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// received im.message.receive_v1
	// 200 {}
	// 200 {"toast":{"content":"clicked a button"}}
}

func ExampleApp_Sign() {
	app := exampleApp()
	delivery := app.Sign([]byte(`{"type":"url_verification","challenge":"c","token":"VerTokSample0123456789abcdefGHIJ"}`), time.Now())
	callback, err := app.Receive(delivery, time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(callback.Challenge)
	// Output: c
}

func ExampleEvent_Bind() {
	// Lark documents the timestamp as a number; here it is a string.
	ev := &lark.Event{Body: json.RawMessage(`{"event_key":"open","timestamp":"1735689600"}`)}
	var menu lark.BotMenu
	if err := ev.Bind(&menu); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(menu.EventKey, menu.Timestamp)
	// Output: open 1735689600
}

func ExampleClient_Download() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/open-apis/im/v1/files/file_1" {
			w.Header().Set("Content-Type", "text/csv")
			fmt.Fprint(w, "a,b")
			return
		}
		fmt.Fprint(w, `{"code":0,"tenant_access_token":"t-1","expire":7200}`)
	}))
	defer server.Close()
	client := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: server.URL, AppID: "cli_demo", AppSecret: "secret"})

	file, err := client.Download(context.Background(), lark.Call{Path: "im/v1/files/file_1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Body.Close()
	fmt.Println(file.Type, file.Size)
	// Output: text/csv 3
}
