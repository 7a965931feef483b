// Command linked is functions/card with a handler in Go: build it in its place
// for an answer without a second function.
package main

import (
	"context"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/wire"
)

func main() { wire.StartCard(lark.CardHandlerFunc(answer)) }

// answer has 2.2 s. A nil reply changes nothing.
func answer(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
	var value struct{ Action string }
	if err := click.Action.Bind(&value); err != nil || value.Action != "approve" {
		return nil, nil // a click on another card
	}
	return &lark.CardReply{
		Toast: &lark.Toast{Type: "success", Content: "Approved"},
		Card: &lark.CardBody{Type: "raw", Data: lark.Card{
			Title: "Approved", Color: lark.Green,
			Elements: []lark.Element{lark.Text("Approved by " + click.Operator.OpenID)},
		}},
	}, nil
}
