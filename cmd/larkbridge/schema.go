package main

import (
	"cmp"
	"context"
	"io/fs"

	registry "github.com/aws/aws-sdk-go-v2/service/schemas"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/schemas"
)

// newSchema returns the command schema.
func (p program) newSchema() *cobra.Command {
	cmd := group("schema", "Put the schemas of the bus into a schema registry",
		"The schemas describe what comes on the bus.", p.newSchemaPush())
	cmd.GroupID = groupStack
	return cmd
}

// newSchemaPush returns the command schema push.
func (p program) newSchemaPush() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "push",
		Short: "Put the schemas of the bus into a schema registry",
		Long: `Puts the schemas of what comes on the bus into an EventBridge schema registry,
from which code bindings for your language can be downloaded. It makes the
registry if it is missing, and it may be repeated.` + accountHelp,
		Args: noArguments,
	}
	stack, asJSON := p.stackFlag(cmd), jsonFlag(cmd)
	name := cmd.Flags().String("registry", "", "the `name` of the registry (default the name of the stack)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.pushSchemas(cmd.Context(), cmp.Or(*name, *stack), *asJSON)
	}
	return cmd
}

// pushSchemas puts the schemas into the registry of the name.
func (p program) pushSchemas(ctx context.Context, name string, asJSON bool) error {
	a, err := p.connect(ctx)
	if err != nil {
		return err
	}
	folder, err := fs.Sub(schemas.Bus, "bus")
	if err != nil {
		return err
	}
	push := operate.SchemaPush{Registry: registry.NewFromConfig(a.config), Name: name, Schemas: folder, Progress: p.progress("schema")}
	pushed, err := push.Push(ctx)
	if err != nil {
		return err
	}
	return p.print(pushed, asJSON)
}
