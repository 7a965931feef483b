package operate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// AccountLimits is the part of the Lambda client that says how many functions an account
// may run at the same time.
type AccountLimits interface {
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

// sendQueues is how many queues send reads, each with the stack's SendConcurrency.
const sendQueues = 2

// checkConcurrency compares what sends may take with what the account may run at the same
// time. A new account runs 10 functions at once.
func (d *Doctor) checkConcurrency(ctx context.Context) {
	const subject = "concurrency"
	perQueue, err := strconv.Atoi(d.Parameters["SendConcurrency"])
	if err != nil {
		d.Show(skip(subject, "the stack's SendConcurrency is not known", "let your credentials read the stack: cloudformation:DescribeStacks"))
		return
	}
	settings, err := d.Limits.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		d.Show(skip(subject, "the account's limit is not known: "+reason(err), grant(err, "lambda:GetAccountSettings")))
		return
	}
	if settings.AccountLimit == nil || settings.AccountLimit.UnreservedConcurrentExecutions == nil {
		d.Show(skip(subject, "Lambda did not say the account's limit", "run doctor again"))
		return
	}
	limit, free := settings.AccountLimit.ConcurrentExecutions, int(*settings.AccountLimit.UnreservedConcurrentExecutions)
	sends := sendQueues * perQueue
	note := fmt.Sprintf("the account runs %d functions at once, %d of them unreserved, and sends take up to %d", limit, free, sends)
	if reserved, _ := strconv.Atoi(d.Parameters["ReservedConcurrency"]); reserved > 0 {
		d.Show(ok(subject, fmt.Sprintf("%s; %d are reserved for each of event and card", note, reserved)))
		return
	}
	if sends >= free {
		d.Show(fail(subject, note+", so that events and clicks have to wait", "lower SendConcurrency, or ask for a higher quota: Service Quotas, Lambda, Concurrent executions"))
		return
	}
	d.Show(ok(subject, note))
}
