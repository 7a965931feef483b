package wire_test

import (
	"context"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/wire"
)

// The main function of a card function whose handler is linked into it. It runs
// in Lambda only.
func ExampleStartCard() {
	wire.StartCard(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		return &lark.CardReply{Toast: &lark.Toast{Content: "Thank you, " + click.Operator.OpenID}}, nil
	}))
}

// What is missing in the environment is an error.
func ExampleGateway() {
	_, err := wire.Gateway(context.Background(), "event", func(string) string { return "" })
	fmt.Println(err)
	// Output: the environment variable TABLE_NAME is not set: template.yaml sets it
}
