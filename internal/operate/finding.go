package operate

import (
	"fmt"
	"io"
	"strings"
)

// Status is how a check ended.
type Status string

// The ways in which a check ends. A skipped one could not be made and says
// nothing about the stack.
const (
	OK   Status = "ok"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Finding is what one check found.
type Finding struct {
	Status  Status
	Subject string // what was checked
	Note    string // what was found
	Fix     string // what to do about it, "" when it is ok
}

// Write writes the finding as a line, and its fix as another.
func (f Finding) Write(w io.Writer) {
	line := fmt.Sprintf("%-4s  %-32s  %s", f.Status, plain(f.Subject), plain(f.Note))
	fmt.Fprintln(w, strings.TrimRight(line, " "))
	if f.Fix != "" {
		fmt.Fprintf(w, "      %-32s  fix: %s\n", "", plain(f.Fix))
	}
}

func ok(subject, note string) Finding        { return Finding{OK, subject, note, ""} }
func fail(subject, note, fix string) Finding { return Finding{Fail, subject, note, fix} }
func skip(subject, note, fix string) Finding { return Finding{Skip, subject, note, fix} }
