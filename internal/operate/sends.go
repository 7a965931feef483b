package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// sends asks the send function for something harmless, the name of the bot: it
// has to read the settings, find a token and reach Lark for that.
func (d *Doctor) sends(ctx context.Context, app *lark.App) {
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
		d.Show(uninvoked(subject, d.Stack, err))
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
		d.Show(fail(subject, note, remedy(result.Error.Kind, app, d.Stack)))
	}
}

// codeNoBot is the answer about the bot of an app without one.
const codeNoBot = 11205

// remedy says what to do about a kind of error.
func remedy(kind lark.ErrorKind, app *lark.App, stack Stack) string {
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

// uninvoked tells apart a function that failed from one that was not called.
func uninvoked(subject string, stack Stack, err error) Finding {
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
