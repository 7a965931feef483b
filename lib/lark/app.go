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

// AppType is what kind of app the developer console shows.
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

// DefaultApp is the name of the app that needs no name in a URL or a request.
const DefaultApp = "default"

// App is one Lark app: its identity and the secrets shared with the platform.
// It is read-only once made.
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
	// tells mentions of the bot from those of others.
	BotOpenID string
}

const nameLetters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// ValidAppName reports whether name can be the name of an app: 1 to 32 of a-z, 0-9
// and -. The names event and card are reserved, because they end the paths of the
// inbound endpoints.
func ValidAppName(name string) bool {
	return name != "event" && name != "card" && len(name) >= 1 && len(name) <= 32 && strings.Trim(name, nameLetters) == ""
}

// ParseApp reads an app's settings, one JSON object. Every problem is named in
// one error by its field, never by a value.
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

// fields maps each setting to what reads it.
func (a *App) fields() map[string]func(json.RawMessage) error {
	return map[string]func(json.RawMessage) error{
		"type":               a.setType,
		"domain":             a.setDomain,
		"app_id":             filled(&a.AppID),
		"app_secret":         filled(&a.AppSecret),
		"encrypt_key":        a.setKeys,
		"verification_token": list(&a.VerificationTokens),
		"help_desk_id":       value(&a.HelpDeskID, "a string"),
		"help_desk_token":    value(&a.HelpDeskToken, "a string"),
		"allow_unsigned":     value(&a.AllowUnsigned, "true or false"),
		"bot_open_id":        value(&a.BotOpenID, "a string"),
	}
}

// value reads a field of the target's own JSON type. The error of
// encoding/json is not passed on, because it can hold the value.
func value[T any](target *T, want string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if string(raw) == "null" || json.Unmarshal(raw, target) != nil {
			return errors.New("want " + want)
		}
		return nil
	}
}

func filled[T ~string](target *T) func(json.RawMessage) error {
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

// list reads a string or a list of strings, none of them empty.
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

// AppFromEnv reads the default app from environment variables, by the names
// that the Python SDK used, and APP_TYPE and LARK_DOMAIN. Missing variables
// are as missing fields: APP_ID and APP_SECRET are required.
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
