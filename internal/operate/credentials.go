package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// credentialsTimeout is how long Lark has to answer each question about an app.
const credentialsTimeout = 10 * time.Second

// checkCredentials asks Lark for a token, which it does not keep, and reports
// whether Lark took the credentials. Its error says that Lark refused them.
func (a *Apps) checkCredentials(ctx context.Context, app *lark.App) (taken bool, err error) {
	if app.Type == lark.Marketplace {
		fmt.Fprintln(a.Out, "The credentials of a marketplace app cannot be tried before its app_ticket has come.")
		return false, nil
	}
	body, err := json.Marshal(map[string]string{"app_id": app.AppID, "app_secret": app.AppSecret.Reveal()})
	if err != nil {
		return false, fmt.Errorf("encoding the credentials: %w", err)
	}
	_, err = a.client(app).Do(ctx, lark.Call{
		Method: http.MethodPost, Path: "auth/v3/tenant_access_token/internal", Body: body,
		Tokens: []lark.TokenType{lark.NoToken}, NoDataField: true, Timeout: credentialsTimeout,
	})
	var refused *lark.Error
	switch {
	case err == nil:
		fmt.Fprintf(a.Out, "Lark (%s) takes the credentials of %s.\n", app.BaseURL, app.AppID)
		return true, nil
	case errors.As(err, &refused) && refused.Code != 0 && !refused.Retryable:
		return false, fmt.Errorf("%s refuses the credentials: %w; compare app_id, app_secret and domain with the Lark console, or store them all the same with --no-check", app.BaseURL, err)
	}
	fmt.Fprintf(a.Out, "Warning: the credentials could not be tried: %v\n", err)
	return false, nil
}

func (a *Apps) client(app *lark.App) *lark.Client {
	return lark.NewClient(app, lark.WithHTTPClient(a.Lark), lark.WithClock(a.Now))
}

// findBot asks Lark for the open id of the app's own bot. It returns "" and prints
// why if there is none, or if Lark does not say.
func (a *Apps) findBot(ctx context.Context, app *lark.App) string {
	answer, err := lark.Do[struct {
		Bot struct {
			OpenID string `json:"open_id"`
		}
	}](ctx, a.client(app), lark.Call{
		Method: http.MethodGet, Path: "bot/v3/info", Tokens: []lark.TokenType{lark.TenantToken}, NoDataField: true, Timeout: credentialsTimeout,
	})
	var refused *lark.Error
	switch {
	case errors.As(err, &refused) && refused.Code == codeNoBot:
		fmt.Fprintln(a.Out, "The app has no bot: bot_open_id is not set.")
	case err != nil:
		fmt.Fprintf(a.Out, "Warning: Lark did not give the open id of the app's bot, so bot_open_id is not set: %v\n", err)
	case answer.Bot.OpenID == "":
		fmt.Fprintln(a.Out, "Warning: Lark's answer has no open id of the app's bot, so bot_open_id is not set.")
	default:
		fmt.Fprintf(a.Out, "The app's bot is %s, which is stored as bot_open_id.\n", answer.Bot.OpenID)
	}
	return answer.Bot.OpenID
}

// withBot returns an app's settings with the open id of its bot, and as they are if
// it is "".
func withBot(doc []byte, openID string) ([]byte, error) {
	if openID == "" {
		return doc, nil
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(doc, &settings); err != nil {
		return nil, errors.New("the settings are not one JSON object")
	}
	var err error
	if settings["bot_open_id"], err = json.Marshal(openID); err != nil {
		return nil, fmt.Errorf("encoding bot_open_id: %w", err)
	}
	if doc, err = json.Marshal(settings); err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return doc, nil
}
