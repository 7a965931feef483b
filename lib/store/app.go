package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// App is an app of a stack: a Lark app, and the settings for its clicks. It does not
// change once it is made.
type App struct {
	*lark.App
	// CardHandler is the name or ARN of the Lambda function that answers clicks,
	// "" for none.
	CardHandler string
	// CardToast is the toast that answers a click when nothing else does, "" for
	// none.
	CardToast string
}

// ParseApp reads the settings of the app with the given name, one JSON object
// with the fields of [lark.ParseApp], card_handler and card_toast. Its error
// names every field that is wrong, and never a value.
func ParseApp(name string, settings []byte) (*App, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(settings, &fields); err != nil {
		return nil, errors.New("the settings are not one JSON object")
	}
	var app App
	var errs []error
	for field, target := range map[string]*string{"card_handler": &app.CardHandler, "card_toast": &app.CardToast} {
		value, ok := fields[field]
		if ok && (string(value) == "null" || json.Unmarshal(value, target) != nil) {
			errs = append(errs, fmt.Errorf("field %q: want a string", field))
		}
		delete(fields, field)
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings of the Lark app: %w", err)
	}
	if app.App, err = lark.ParseApp(name, rest); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &app, nil
}

// IsAppName reports whether a name can be that of an app. An app whose settings were
// made before its name was reserved is still served.
func IsAppName(name string) bool {
	return lark.ValidAppName(name) || name == "event" || name == "card"
}
