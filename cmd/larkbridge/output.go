package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/printable"
)

// result is what a command prints: as text, or as JSON with --json.
type result interface{ Write(w io.Writer) }

// jsonFlag adds the flag --json to a command and returns its value.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "print JSON")
}

// print prints a result.
func (p program) print(r result, asJSON bool) error {
	if !asJSON {
		r.Write(p.out)
		return nil
	}
	return p.printJSON(r)
}

// printJSON prints a value as one line of JSON.
func (p program) printJSON(value any) error {
	line, err := printable.JSON(value)
	if err != nil {
		return err
	}
	_, err = p.out.Write(append(line, '\n'))
	return err
}
