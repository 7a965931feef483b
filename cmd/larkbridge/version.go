package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/lib/version"
)

// versionText returns the version of the program and what it was built with and for.
func versionText() string {
	return fmt.Sprintf("%s %s %s/%s", version.Product, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// newVersion returns the command version.
func (p program) newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print which version this is",
		Args:  noArguments,
		Run:   func(*cobra.Command, []string) { fmt.Fprintln(p.out, versionText()) },
	}
}
