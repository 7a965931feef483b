package main

import (
	"fmt"
	"io"
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
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print which version this is",
		Args:  noArguments,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return p.print(build{version.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}, *asJSON)
	}
	return cmd
}

// build is the version of the program and what it was built with and for.
type build struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Write writes the version as text.
func (build) Write(w io.Writer) { fmt.Fprintln(w, versionText()) }
