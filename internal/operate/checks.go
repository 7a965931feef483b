package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// checkSend has the send function read the bot's name. For that the function must
// read the settings, get a token and reach Lark.
func (d *Doctor) checkSend(ctx context.Context, app *lark.App) {
	subject, function := "send, "+app.Name, d.Stack.SendFunction()
	if app.Type == lark.Marketplace {
		d.Show(skip(subject, "a marketplace app calls for a tenant", "invoke "+function+" with a tenant_key"))
		return
	}
	payload, err := json.Marshal(map[string]any{
		"app": app.Name, "on_error": "return",
		"request": map[string]any{"method": http.MethodGet, "path": "/open-apis/bot/v3/info", "no_data_field": true},
	})
	if err != nil {
		d.Show(fail(subject, oneLine(err), ""))
		return
	}
	answer, err := d.Send.Invoke(ctx, function, payload)
	if err != nil {
		d.Show(invocationFinding(subject, d.Stack, err))
		return
	}
	var result struct {
		OK    bool
		Error struct {
			Kind lark.ErrorKind
			Code int
			Msg  string
		}
	}
	switch err := json.Unmarshal(answer, &result); {
	case err != nil:
		d.Show(fail(subject, "the answer cannot be read", "look whether "+function+" is the stack's function"))
	case result.OK:
		d.Show(ok(subject, "Lark answers"))
	case result.Error.Code == codeNoBot:
		d.Show(ok(subject, "Lark answers, and says that the app has no bot"))
	default:
		note := fmt.Sprintf("%s: %s (code %d)", result.Error.Kind, result.Error.Msg, result.Error.Code)
		d.Show(fail(subject, note, sendFix(result.Error.Kind, app, d.Stack)))
	}
}

// codeNoBot is Lark's code if the app has no bot.
const codeNoBot = 11205

// sendFix returns the fix for a kind of error.
func sendFix(kind lark.ErrorKind, app *lark.App, stack Stack) string {
	switch kind {
	case lark.KindAuth:
		return "compare app_id, app_secret and domain with the Lark console: larkbridge app put " + app.Name
	case lark.KindPermission, lark.KindNotFound:
		return "publish a version of the app, with the rights it needs, in the Lark console"
	case lark.KindTransport:
		return "look whether the function reaches " + app.BaseURL + ": see the log group " + stack.LogGroup("send")
	}
	return "run doctor again; if it stays, see the log group " + stack.LogGroup("send")
}

// invocationFinding returns the finding for a failed invocation: the function failed, or
// it could not be invoked.
func invocationFinding(subject string, stack Stack, err error) Finding {
	var failed *cloud.LambdaError
	function := stack.SendFunction()
	switch {
	case !errors.As(err, &failed):
		return fail(subject, oneLine(err), "look at your credentials and region, and run doctor again")
	case failed.Function != "":
		return fail(subject, failed.Error(), "see the log group "+stack.LogGroup("send"))
	case failed.Status == http.StatusNotFound:
		return fail(subject, "there is no function "+function, "give the stack's name, --stack, and its region")
	case failed.Status == http.StatusForbidden:
		return skip(subject, "you may not invoke "+function, "your credentials need lambda:InvokeFunction")
	}
	return fail(subject, failed.Error(), "run doctor again")
}

// Buses is the part of the EventBridge client that describes a bus.
type Buses interface {
	DescribeEventBus(context.Context, *eventbridge.DescribeEventBusInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeEventBusOutput, error)
	ListArchives(context.Context, *eventbridge.ListArchivesInput, ...func(*eventbridge.Options)) (*eventbridge.ListArchivesOutput, error)
}

// checkQueues checks a queue and its dead-letter queue.
func (d *Doctor) checkQueues(ctx context.Context, pair QueuePair) {
	for _, name := range []string{pair.Work, pair.Dead} {
		q, err := findQueue(ctx, d.Queues, name)
		switch {
		case err != nil:
			d.Show(fail("queue "+name, reason(err), grant(err, queueRights)))
		case name == pair.Dead && q.waiting+q.inWork > 0:
			d.Show(fail("queue "+name, fmt.Sprintf("%d requests were given up", q.waiting+q.inWork), "larkbridge dlq show says why, larkbridge dlq redrive tries again"))
		default:
			d.Show(ok("queue "+name, fmt.Sprintf("%d waiting, %d in work", q.waiting, q.inWork)))
		}
	}
}

// checkBus checks that the bus exists, and whether it has an archive to replay.
func (d *Doctor) checkBus(ctx context.Context) {
	name := d.Stack.Bus()
	bus, err := d.Buses.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &name})
	if err != nil {
		d.Show(fail("bus "+name, reason(err), grant(err, "events:DescribeEventBus")))
		return
	}
	d.Show(ok("bus "+name, "is there"))
	list, err := d.Buses.ListArchives(ctx, &eventbridge.ListArchivesInput{EventSourceArn: bus.Arn})
	switch {
	case err != nil:
		d.Show(skip("archive of "+name, reason(err), grant(err, "events:ListArchives")))
	case len(list.Archives) == 0:
		d.Show(skip("archive of "+name, "there is none", "without an archive of the bus, larkbridge replay has nothing to replay"))
	default:
		a := list.Archives[0]
		d.Show(ok("archive of "+name, fmt.Sprintf("%s, %s, %d events", *a.ArchiveName, a.State, a.EventCount)))
	}
}
