// Command card is the Lambda function behind POST /card.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/larkbridge/larkbridge/lib/wire"
)

func main() {
	gateway, err := wire.Gateway(context.Background(), "card", os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Lambda)
}
