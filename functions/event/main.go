// Command event is the Lambda function behind POST /event.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/larkbridge/larkbridge/lib/wire"
)

func main() {
	gateway, err := wire.Gateway(context.Background(), "event", os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Lambda)
}
