package e2e_test

import (
	"context"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// inTerminal is a Python program that runs its arguments in a terminal.
const inTerminal = `import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))`

var (
	ansi     = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)
	question = regexp.MustCompile(`^\s*(.+?)( \[[^\n]*\])?: $`)
)

// shell runs a line of a user in a shell, in a terminal, and answers what it
// asks: as the map has it, and with Enter what has a default. It returns what
// the user sees, and what was asked.
func (s *stack) shell(line string, answers map[string]string) (seen string, asked []string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 15*time.Minute) // it may wait for an answer
	defer cancel()
	cmd := exec.CommandContext(ctx, s.tool("python"), "-c", inTerminal, "sh", "-c", line)
	cmd.Dir, cmd.Env = s.source, s.env
	in, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	var text strings.Builder
	replied := 0 // how much of the text is
	for chunk := make([]byte, 4096); ; {
		n, err := out.Read(chunk)
		text.Write(chunk[:n])
		last := text.String()[replied:]
		last = ansi.ReplaceAllString(last[strings.LastIndexByte(last, '\n')+1:], "")
		if m := question.FindStringSubmatch(last); m != nil {
			if answer, known := answers[m[1]]; known || m[2] != "" {
				asked, replied = append(asked, m[1]), text.Len()
				_, _ = in.Write([]byte(answer + "\n"))
			}
		}
		if err != nil {
			break // the terminal is closed
		}
	}
	seen = strings.ReplaceAll(ansi.ReplaceAllString(text.String(), ""), "\r", "")
	if err := cmd.Wait(); err != nil {
		s.t.Fatalf("%s: %v\n%s", line, err, seen)
	}
	return seen, asked
}
