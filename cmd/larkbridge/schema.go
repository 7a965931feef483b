package main

import (
	"cmp"
	"context"
	"io/fs"

	registry "github.com/aws/aws-sdk-go-v2/service/schemas"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/schemas"
)

const schemaUsage = `Usage: larkbridge schema push [flags]

Puts the schemas of what comes on the bus into an EventBridge schema registry,
from which code bindings for your language can be downloaded. It makes the
registry if it is missing, and it may be repeated.
`

// schema runs the command schema and returns the exit code.
func (c command) schema(ctx context.Context, args []string) int {
	flags := c.flagSet("schema", schemaUsage)
	stack := c.stackFlag(flags)
	name := flags.String("registry", "", "the `name` of the registry (default the name of the stack)")
	what, err := parse(flags, args)
	switch {
	case err != nil:
		return usageCode(err)
	case what != "push":
		flags.Usage()
		return exitUsage
	}
	if err := c.pushSchemas(ctx, cmp.Or(*name, *stack)); err != nil {
		return c.fail(err)
	}
	return exitOK
}

func (c command) pushSchemas(ctx context.Context, name string) error {
	a, err := c.connect(ctx)
	if err != nil {
		return err
	}
	folder, err := fs.Sub(schemas.Bus, "bus")
	if err != nil {
		return err
	}
	push := operate.SchemaPush{Registry: registry.NewFromConfig(a.config), Name: name, Schemas: folder, Out: c.out}
	return push.Push(ctx)
}
