package operate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// checkSend has the send function ask Lark about the app. For that the function must
// read the settings, get a token and reach Lark.
func (d *Doctor) checkSend(ctx context.Context, app *lark.App) {
	subject, function := "send, "+app.Name, d.Stack.SendFunction()
	if app.Type == lark.Marketplace {
		d.Show(skip(subject, "a marketplace app calls for a tenant", "invoke "+function+" with a tenant_key"))
		return
	}
	c := appChecks{app: app, domainSetting: "the field domain", ask: func(ctx context.Context, path string, noDataField bool) (json.RawMessage, error) {
		return d.askThroughSend(ctx, app, path, noDataField)
	}}
	doc, err := c.ask(ctx, botInfo, true)
	failed, isLark := errors.AsType[*lark.Error](err)
	switch {
	case err != nil && !isLark:
		d.Show(invocationFinding(subject, d.Stack, err))
		return
	case isLark && failed.Code == codeIPRefused:
		d.Show(ipRefused(app))
		return
	case isLark && failed.Code != codeNoBot:
		note := fmt.Sprintf("%s: %s (code %d)", failed.Kind, failed.Msg, failed.Code)
		d.Show(fail(subject, note, sendFix(failed, app, d.Stack)))
		return
	}
	d.Show(ok(subject, "Lark answers"))
	if isLark {
		c.botFailed(err)
	} else {
		c.botAnswered(doc)
	}
	c.checkScopes(ctx)
	for _, f := range c.Findings {
		f.Subject += ", " + app.Name
		d.Show(f)
	}
}

// askThroughSend has the send function make a call. Its error is a [lark.Error] if send
// could not, and another one if the function failed.
func (d *Doctor) askThroughSend(ctx context.Context, app *lark.App, path string, noDataField bool) (json.RawMessage, error) {
	payload, err := json.Marshal(map[string]any{
		"app": app.Name, "on_error": "return",
		"request": map[string]any{"method": http.MethodGet, "path": path, "no_data_field": noDataField},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	answer, err := d.Send.Invoke(ctx, d.Stack.SendFunction(), payload)
	if err != nil {
		return nil, err // invocationFinding says what it means
	}
	var result struct {
		OK    bool
		Data  json.RawMessage
		Error *lark.Error
	}
	switch err := json.Unmarshal(answer, &result); {
	case err != nil || !result.OK && result.Error == nil:
		return nil, errNoResult
	case !result.OK:
		return nil, result.Error
	}
	return result.Data, nil
}

// errNoResult means that a function did not answer as send does.
var errNoResult = errors.New("the answer of the function cannot be read")

// sendFix returns the fix for an error of send.
func sendFix(failed *lark.Error, app *lark.App, stack Stack) string {
	switch failed.Kind {
	case lark.KindAuth:
		return credentialsFix(failed.Code, app, "the field domain") + ": larkbridge app put " + app.Name
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
	case errors.Is(err, errNoResult):
		return fail(subject, oneLine(err), "look whether "+function+" is the stack's function")
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
	name := cmp.Or(d.Parameters["EventBusName"], d.Stack.Bus())
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
