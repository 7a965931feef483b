package gateway_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// A gateway in memory, which serves what Lark posts.
func ExampleGateway() {
	app, err := lark.ParseApp("default", []byte(settings(nil)))
	if err != nil {
		fmt.Println(err)
		return
	}
	memory, entries := store.NewMemory(time.Now), &bus.Memory{}
	g := &gateway.Gateway{
		Apps: store.Fixed{"default": {App: app}}, Claims: memory, Tickets: memory,
		Events: &bus.Bus{Publisher: entries, Blobs: entries, InlineLimit: bus.DefaultInlineLimit},
		Cards:  gateway.Invoked(nil), Now: time.Now,
		Observers: []gateway.Observer{func(_ context.Context, o gateway.Outcome) { fmt.Println(o.Status, o.Result, o.Event.Type) }},
	}
	sample, _ := larktest.FindSample("im.message.receive_v1")
	delivery := app.Sign(sample.Payload, time.Now())
	reply := g.Serve(context.Background(), gateway.Request{Method: "POST", Path: "/event", Header: delivery.Header, Body: delivery.Body})
	fmt.Println(string(reply.Body), entries.Entries()[0].DetailType)
	// Output:
	// 200 published im.message.receive_v1
	// {} im.message.receive_v1
}

// A handler in Go answers the clicks of every app.
func ExampleLinked() {
	answerer := gateway.Linked(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		return &lark.CardReply{Toast: &lark.Toast{Content: "Thank you, " + click.Operator.OpenID}}, nil
	}))
	click := &lark.Event{Type: lark.TypeCardAction, Body: []byte(`{"operator":{"open_id":"ou_1"},"action":{"value":{}}}`)}
	reply, err := answerer.Answer(context.Background(), &store.App{App: &lark.App{Name: "default"}}, click)
	fmt.Println(reply.Toast.Content, err)
	// Output: Thank you, ou_1 <nil>
}

// A gateway is a handler of net/http.
func ExampleGateway_ServeHTTP() {
	g := &gateway.Gateway{Now: time.Now}
	recorder := httptest.NewRecorder()
	g.ServeHTTP(recorder, httptest.NewRequest("GET", "/event", nil))
	fmt.Println(recorder.Code, recorder.Body)
	// Output: 405 {"error":"method_not_allowed"}
}
