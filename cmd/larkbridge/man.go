package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/larkbridge/larkbridge/lib/version"
)

// newMan returns the hidden command man, which writes a manual page for each command.
// `make man` runs it.
func newMan(now func() time.Time) *cobra.Command {
	return &cobra.Command{
		Use:    "man <folder>",
		Short:  "Write the manual pages into a folder",
		Hidden: true,
		Args:   oneArgument("a folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("making the folder of the manual pages: %w", err)
			}
			date := now()
			root := cmd.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Title: "LARKBRIDGE", Section: "1", Date: &date, Source: version.Product}, args[0])
		},
	}
}
