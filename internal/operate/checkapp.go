package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// larkTimeout is how long Lark has to answer each question about an app.
const larkTimeout = 10 * time.Second

// CheckedApp is what Lark's answers say about an app.
type CheckedApp struct {
	BotOpenID string // "" if the app has no bot, or if Lark does not say
	Findings  []Finding
	Refused   error // that Lark refuses the credentials, and what to do
}

// CheckApp asks Lark whether it takes the credentials of an app, and whether the app has
// a bot, is enabled and has the scopes that it needs. The name of the setting that holds
// the domain is for the advice.
func CheckApp(ctx context.Context, doer lark.HTTPDoer, app *lark.App, domainSetting string, now func() time.Time) CheckedApp {
	c := appChecks{app: app, domainSetting: domainSetting}
	if app.Type == lark.Marketplace {
		c.add(skip("credentials", "those of a marketplace app cannot be tried before its app_ticket has come", "Lark sends it to the events URL within an hour"))
		return c.CheckedApp
	}
	client := lark.NewClient(app, lark.WithHTTPClient(doer), lark.WithClock(now))
	if err := tryCredentials(ctx, client, app); err != nil {
		c.credentialsFailed(err)
		return c.CheckedApp
	}
	c.add(ok("credentials", app.BaseURL+" takes those of "+app.AppID))
	c.ask = func(ctx context.Context, path string, noDataField bool) (json.RawMessage, error) {
		return lark.Do[json.RawMessage](ctx, client, lark.Call{
			Method: http.MethodGet, Path: path, Tokens: []lark.TokenType{lark.TenantToken}, NoDataField: noDataField, Timeout: larkTimeout,
		})
	}
	c.checkBot(ctx)
	c.checkScopes(ctx)
	return c.CheckedApp
}

// tryCredentials asks Lark for a token, which it does not keep.
func tryCredentials(ctx context.Context, client *lark.Client, app *lark.App) error {
	body, err := json.Marshal(map[string]string{"app_id": app.AppID, "app_secret": app.AppSecret.Reveal()})
	if err != nil {
		return fmt.Errorf("encoding the credentials: %w", err)
	}
	_, err = client.Do(ctx, lark.Call{
		Method: http.MethodPost, Path: "auth/v3/tenant_access_token/internal", Body: body,
		Tokens: []lark.TokenType{lark.NoToken}, NoDataField: true, Timeout: larkTimeout,
	})
	return err
}

// appChecks makes the checks of one app.
type appChecks struct {
	CheckedApp
	app           *lark.App
	domainSetting string
	// ask gets a path of Lark's API as the app. Its error is a [lark.Error] if Lark
	// refused.
	ask func(ctx context.Context, path string, noDataField bool) (json.RawMessage, error)
}

func (c *appChecks) add(f Finding) { c.Findings = append(c.Findings, f) }

// credentialsFailed notes that Lark refuses the credentials, or that they could not be
// tried.
func (c *appChecks) credentialsFailed(err error) {
	failed, isLark := errors.AsType[*lark.Error](err)
	if !isLark || failed.Code == 0 || failed.Retryable {
		c.add(skip("credentials", "they could not be tried: "+oneLine(err), "look whether this machine reaches "+c.app.BaseURL))
		return
	}
	fix := credentialsFix(failed.Code, c.app, c.domainSetting)
	c.add(fail("credentials", c.app.BaseURL+" refuses them: "+oneLine(err), fix))
	c.Refused = fmt.Errorf("%s refuses the credentials: %w; %s", c.app.BaseURL, err, fix)
}

// unknownApp are Lark's codes if it does not know an app, which the other domain may
// know: app id not exists, invalid param, app_id or secret does not exist.
var unknownApp = [...]int{10014, 10003, 99991543}

// credentialsFix returns what to do if Lark refuses the credentials.
func credentialsFix(code int, app *lark.App, domainSetting string) string {
	fix := "compare App ID and App Secret with " + consoleHome(app)
	other := map[string]string{lark.LarkURL: "feishu", lark.FeishuURL: "lark"}[app.BaseURL]
	if !slices.Contains(unknownApp[:], code) || other == "" {
		return fix
	}
	name := map[string]string{"feishu": "Feishu", "lark": "Lark"}[other]
	return fmt.Sprintf("%s does not know app %s: if it is an app of %s, set %s to %s, else %s", app.BaseURL, app.AppID, name, domainSetting, other, fix)
}

// consoleHome returns the URL of the developer console.
func consoleHome(app *lark.App) string { return app.BaseURL + "/app" }

// console returns the URL of an app's page in the developer console.
func console(app *lark.App) string { return consoleHome(app) + "/" + app.AppID }

// Codes of Lark.
const (
	codeNoBot     = 11205
	codeIPRefused = 99991401
)

// appStates are the states of an app in which it does not work, with what to do about
// each (bot/v3/info, activate_status).
var appStates = map[int][2]string{
	0: {"it is not installed yet", "create a version and publish it"},
	1: {"an administrator has disabled it", "ask an administrator to enable it"},
	3: {"it is installed and not enabled", "ask an administrator to enable it"},
	4: {"a new version waits to be enabled", "ask an administrator to enable it"},
	5: {"its license has expired", "ask an administrator to renew it"},
	6: {"the plan of the organisation has expired", "ask an administrator to renew it"},
}

// botInfo is the path of the API that names the app's bot.
const botInfo = "bot/v3/info"

// checkBot asks for the app's bot, which also says whether the app is enabled.
func (c *appChecks) checkBot(ctx context.Context) {
	doc, err := c.ask(ctx, botInfo, true)
	if err != nil {
		c.botFailed(err)
		return
	}
	c.botAnswered(doc)
}

// botAnswered notes what Lark says about the app's bot.
func (c *appChecks) botAnswered(doc json.RawMessage) {
	var answer struct {
		Bot struct {
			OpenID string `json:"open_id"`
			Name   string `json:"app_name"`
			Status *int   `json:"activate_status"`
		}
	}
	if err := json.Unmarshal(doc, &answer); err != nil || answer.Bot.OpenID == "" {
		c.add(skip("bot", "Lark's answer has no open id of the app's bot", "set bot_open_id, if the app has a bot"))
		return
	}
	c.BotOpenID = answer.Bot.OpenID
	c.add(ok("bot", fmt.Sprintf("%s, %s", answer.Bot.Name, answer.Bot.OpenID)))
	if answer.Bot.Status != nil {
		if state, bad := appStates[*answer.Bot.Status]; bad {
			c.add(fail("version", "the app does not work: "+state[0], state[1]+": "+console(c.app)))
		} else {
			c.add(ok("version", "it is published and enabled"))
		}
	}
}

// botFailed notes why Lark did not say which bot the app has.
func (c *appChecks) botFailed(err error) {
	failed, _ := errors.AsType[*lark.Error](err)
	switch {
	case failed == nil:
		c.add(skip("bot", oneLine(err), "run the command again"))
	case failed.Code == codeNoBot:
		c.add(skip("bot", "the app has no bot, so that it can neither send nor get messages", "if it is to, add the bot under Add Features and publish a version: "+console(c.app)))
	case failed.Code == codeIPRefused:
		c.add(ipRefused(c.app))
	default:
		c.add(skip("bot", "Lark did not say which bot the app has: "+oneLine(err), "run the command again, or set bot_open_id"))
	}
}

// ipRefused returns the finding for an app that may be used from some addresses only.
func ipRefused(app *lark.App) Finding {
	return fail("IP whitelist", fmt.Sprintf("Lark refuses the address that the call came from (code %d): the app has an IP whitelist, which tokens are exempt from", codeIPRefused),
		"give the functions a fixed address (SubnetIds, SecurityGroupIds) and add it under Security Settings, or empty the whitelist: "+console(app))
}

// scopes are what an app needs for common purposes. One name of each is enough.
var scopes = [...]struct {
	names    []string
	purpose  string
	required bool
}{
	{[]string{"im:message:send_as_bot", "im:message"}, "to send messages", true},
	{[]string{"im:message.p2p_msg:readonly", "im:message.p2p_msg", "im:message"}, "to get direct messages to the bot", false},
	{[]string{"im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg", "im:message"}, "to get messages that mention the bot", false},
	{[]string{"im:resource"}, "to upload and download files", false},
}

// checkScopes asks which scopes the app has. An app that lacks one that only some apps
// need has a finding that is skipped.
func (c *appChecks) checkScopes(ctx context.Context) {
	doc, err := c.ask(ctx, "application/v6/scopes", false)
	var answer struct {
		Scopes []struct {
			Name  string `json:"scope_name"`
			State int    `json:"grant_status"`
		}
	}
	if err == nil {
		err = json.Unmarshal(doc, &answer)
	}
	if err != nil {
		c.add(skip("scopes", "Lark did not say which scopes the app has: "+oneLine(err), "look under Permissions & Scopes: "+console(c.app)))
		return
	}
	const granted = 1
	has := map[string]bool{}
	for _, s := range answer.Scopes {
		has[s.Name] = has[s.Name] || s.State == granted
	}
	all := true
	for _, s := range scopes {
		if slices.ContainsFunc(s.names, func(name string) bool { return has[name] }) {
			continue
		}
		all = false
		note, fix := "the app lacks "+s.names[0]+" "+s.purpose, "add it under Permissions & Scopes and publish a version: "+console(c.app)
		if s.required && c.BotOpenID != "" {
			c.add(fail("scopes", note, fix))
		} else {
			c.add(skip("scopes", note, "if it needs that, "+fix))
		}
	}
	if all {
		c.add(ok("scopes", strings.Join([]string{scopes[0].names[0], "and those to get messages and files"}, " ")))
	}
}
