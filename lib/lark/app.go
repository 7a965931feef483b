package lark

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// AppType is the kind of an app, as the developer console shows it.
type AppType string

// The two kinds of app. A marketplace app is a store (ISV) app.
const (
	Custom      AppType = "custom"
	Marketplace AppType = "marketplace"
)

// Hosts of the open platform.
const (
	FeishuURL = "https://open.feishu.cn"
	LarkURL   = "https://open.larksuite.com"
)

// DefaultApp is the name of the app that a URL or a request without a name is for.
const DefaultApp = "default"

// App holds the identity of one Lark app and the secrets that it shares with the
// platform. It does not change once it is made.
type App struct {
	Name string
	Type AppType
	// BaseURL is the host of the open platform, without a slash at its end.
	BaseURL   string
	AppID     string
	AppSecret Secret
	// EncryptKeys and VerificationTokens are newest first; each is accepted.
	EncryptKeys        []EncryptKey
	VerificationTokens []Secret
	HelpDeskID         string
	HelpDeskToken      Secret
	// AllowUnsigned admits events that only the Verification Token proves.
	AllowUnsigned bool
	// BotOpenID is the open id of the app's own bot, "" when it is not known. It
	// distinguishes mentions of the bot from mentions of others.
	BotOpenID string
}

// nameLetters are the characters of an app name.
const nameLetters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// ValidAppName reports whether name can be the name of an app: 1 to 32 of a-z, 0-9
// and -. The names event and card are reserved, because they end the paths of the
// inbound endpoints.
func ValidAppName(name string) bool {
	return name != "event" && name != "card" && len(name) >= 1 && len(name) <= 32 && strings.Trim(name, nameLetters) == ""
}

// ParseApp decodes the settings of an app, one JSON object. Its error names every
// field that is wrong, and never a value.
func ParseApp(name string, settings []byte) (*App, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(settings, &fields); err != nil {
		return nil, errors.New("the settings are not one JSON object")
	}
	app := &App{Name: name, Type: Custom, BaseURL: LarkURL}
	known := app.fields()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		set, ok := known[name]
		if !ok {
			errs = append(errs, fmt.Errorf("field %q is not a setting", name))
			continue
		}
		if err := set(fields[name]); err != nil {
			errs = append(errs, fmt.Errorf("field %q: %w", name, err))
		}
	}
	for _, name := range []string{"app_id", "app_secret"} {
		if _, ok := fields[name]; !ok {
			errs = append(errs, fmt.Errorf("field %q is missing", name))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return app, nil
}

// fields returns, by the name of each setting, the function that decodes it.
func (a *App) fields() map[string]func(json.RawMessage) error {
	return map[string]func(json.RawMessage) error{
		"type":               a.setType,
		"domain":             a.setDomain,
		"app_id":             nonEmpty(&a.AppID),
		"app_secret":         nonEmpty(&a.AppSecret),
		"encrypt_key":        a.setKeys,
		"verification_token": list(&a.VerificationTokens),
		"help_desk_id":       value(&a.HelpDeskID, "a string"),
		"help_desk_token":    value(&a.HelpDeskToken, "a string"),
		"allow_unsigned":     value(&a.AllowUnsigned, "true or false"),
		"bot_open_id":        value(&a.BotOpenID, "a string"),
	}
}

// value returns a function that decodes a JSON value of the type of target. It does
// not return the error of encoding/json, which can hold the value.
func value[T any](target *T, want string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if string(raw) == "null" || json.Unmarshal(raw, target) != nil {
			return errors.New("want " + want)
		}
		return nil
	}
}

// nonEmpty returns a function that decodes a string which must not be empty.
func nonEmpty[T ~string](target *T) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if err := value(target, "a string")(raw); err != nil {
			return err
		}
		if *target == "" {
			return errors.New("is empty")
		}
		return nil
	}
}

// list returns a function that decodes a string or a list of strings, none of which
// may be empty.
func list(target *[]Secret) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var one Secret
		if json.Unmarshal(raw, &one) == nil {
			*target = []Secret{one}
		} else if json.Unmarshal(raw, target) != nil {
			return errors.New("want a string or a list of strings")
		}
		if len(*target) == 0 || slices.Contains(*target, "") {
			return errors.New("is empty")
		}
		return nil
	}
}

func (a *App) setKeys(raw json.RawMessage) error {
	var keys []Secret
	if err := list(&keys)(raw); err != nil {
		return err
	}
	for _, key := range keys {
		a.EncryptKeys = append(a.EncryptKeys, NewEncryptKey(key))
	}
	return nil
}

func (a *App) setType(raw json.RawMessage) error {
	if value(&a.Type, "")(raw) != nil || (a.Type != Custom && a.Type != Marketplace) {
		return errors.New(`want "custom" or "marketplace"`)
	}
	return nil
}

func (a *App) setDomain(raw json.RawMessage) error {
	var domain string
	if err := value(&domain, "a string")(raw); err != nil {
		return err
	}
	switch domain {
	case "feishu":
		a.BaseURL = FeishuURL
	case "lark":
		a.BaseURL = LarkURL
	default:
		u, err := url.Parse(domain)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return errors.New(`want "feishu", "lark" or a base URL`)
		}
		a.BaseURL = strings.TrimRight(domain, "/")
	}
	return nil
}

// AppFromEnv returns the default app from the environment variables APP_ID,
// APP_SECRET, VERIFICATION_TOKEN, ENCRYPT_KEY, HELP_DESK_ID and HELP_DESK_TOKEN,
// which the Python SDK reads too, and APP_TYPE and LARK_DOMAIN. APP_ID and
// APP_SECRET are required.
func AppFromEnv(getenv func(string) string) (*App, error) {
	for _, name := range []string{"APP_ID", "APP_SECRET"} {
		if getenv(name) == "" {
			return nil, fmt.Errorf("the environment variable %s is not set", name)
		}
	}
	settings := map[string]string{}
	for field, name := range map[string]string{
		"app_id": "APP_ID", "app_secret": "APP_SECRET",
		"verification_token": "VERIFICATION_TOKEN", "encrypt_key": "ENCRYPT_KEY",
		"help_desk_id": "HELP_DESK_ID", "help_desk_token": "HELP_DESK_TOKEN",
		"type": "APP_TYPE", "domain": "LARK_DOMAIN",
	} {
		if v := getenv(name); v != "" {
			settings[field] = v
		}
	}
	doc, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return ParseApp(DefaultApp, doc)
}
