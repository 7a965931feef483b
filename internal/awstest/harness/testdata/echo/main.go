// Command echo is the function that the tests of package harness drive.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type request struct {
	Do   string
	Text string
}

func handle(ctx context.Context, in request) (map[string]any, error) {
	switch in.Do {
	case "fail":
		return nil, errors.New(in.Text)
	case "panic":
		panic(in.Text)
	case "exit":
		os.Exit(3)
	case "hang":
		fmt.Println("hanging")
		select {}
	}
	fmt.Println("said", in.Text)
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	dir, err := os.ReadDir(".")
	return map[string]any{
		"text":     in.Text,
		"request":  lc.AwsRequestID,
		"arn":      lc.InvokedFunctionArn,
		"deadline": deadline.UnixMilli(),
		"trace":    os.Getenv("_X_AMZN_TRACE_ID"),
		"env":      os.Environ(),
		"files":    len(dir),
	}, err
}

// failInit reports an error in place of a first request for work.
func failInit(message string) {
	body, _ := json.Marshal(map[string]string{"errorType": "Echo.Init", "errorMessage": message})
	url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/init/error"
	res, err := http.Post(url, "application/json", strings.NewReader(string(body)))
	if err == nil {
		res.Body.Close()
	}
	os.Exit(1)
}

func main() {
	switch mode, text, _ := strings.Cut(os.Getenv("MODE"), ":"); mode {
	case "init-error":
		failInit(text)
	case "sigterm":
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() {
			fmt.Println("terminating")
			os.Exit(0)
		}))
	case "stubborn":
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() {
			time.Sleep(time.Hour)
		}))
	}
	lambda.Start(handle)
}
