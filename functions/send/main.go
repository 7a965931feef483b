// Command send is the Lambda function that calls Lark.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/larkbridge/larkbridge/lib/wire"
)

func main() {
	sender, err := wire.Sender(context.Background(), os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(sender.Lambda)
}
