package operate

import (
	"context"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// FindApp returns an app of a stack, whose settings are under the prefix.
func FindApp(ctx context.Context, settings *store.SSM, prefix, name string) (*lark.App, error) {
	docs, err := settings.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the parameters under %s: %s%s", prefix, reason(err), needs(err, "ssm:GetParametersByPath"))
	}
	doc, ok := docs[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s has no settings under %s; larkbridge app list shows those that have", ErrNoApp, name, prefix)
	}
	app, err := store.ParseApp(name, []byte(doc))
	if err != nil {
		return nil, fmt.Errorf("the settings of %s: %s", name, oneLine(err))
	}
	return app.App, nil
}
