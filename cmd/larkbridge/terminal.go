package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/larkbridge/larkbridge/internal/printable"
)

// isTerminal reports whether a person sits in front of f.
func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }

// terminal asks questions on a terminal and reads the answers from standard input.
type terminal struct {
	in  *os.File
	out io.Writer
}

// errNoTerminal means that nobody can be asked.
var errNoTerminal = errors.New("there is no terminal to ask on")

// asked calls ask with the terminal and returns its result. It stops when ctx ends, and
// restores the state of the terminal.
func asked[T any](ctx context.Context, p program, ask func(terminal) (T, error)) (T, error) {
	var none T
	if !isTerminal(p.in) {
		return none, errNoTerminal
	}
	state, err := term.GetState(int(p.in.Fd()))
	if err != nil {
		return none, errNoTerminal
	}
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := ask(terminal{p.in, p.err})
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done(): // the process ends, and with it the one that reads
		_ = term.Restore(int(p.in.Fd()), state)
		fmt.Fprintln(p.err)
		return none, errors.New("stopped: nothing was changed")
	}
}

// confirm asks whether to go on. Without a terminal it returns an error that names the
// flag which means yes.
func (p program) confirm(ctx context.Context, question, flag string) error {
	yes, err := asked(ctx, p, func(t terminal) (bool, error) {
		answer, err := t.Line(question + " (y or n)")
		return strings.HasPrefix(strings.ToLower(answer), "y"), err
	})
	switch {
	case errors.Is(err, errNoTerminal):
		return fmt.Errorf("%s Give %s", question, flag)
	case err == nil && !yes:
		return errors.New("stopped: nothing was changed")
	}
	return err
}

// Line asks for a value and returns it. It reads byte by byte, because what a buffer
// reads ahead is missing from the next answer.
func (t terminal) Line(label string) (string, error) {
	fmt.Fprint(t.out, printable.Text(label)+": ")
	var line []byte
	var one [1]byte
	for {
		n, err := t.in.Read(one[:])
		switch {
		case n == 1 && one[0] == '\n':
			return strings.TrimSpace(string(line)), nil
		case n == 1:
			line = append(line, one[0])
		case errors.Is(err, io.EOF):
			return "", errors.New("the input ended")
		case err != nil:
			return "", err
		}
	}
}

// Secret asks for a value without showing what is typed, and returns it.
func (t terminal) Secret(label string) (string, error) {
	fmt.Fprint(t.out, printable.Text(label)+", not shown: ")
	line, err := term.ReadPassword(int(t.in.Fd()))
	fmt.Fprintln(t.out)
	return strings.TrimSpace(string(line)), err
}

// Say prints one line.
func (t terminal) Say(text string) { fmt.Fprintln(t.out, printable.Text(text)) }

// progress returns a function that shows how much of something is done, on one line of a
// terminal. It shows nothing where there is no terminal.
func (p program) progress(what string) func(n, of int) {
	return func(n, of int) {
		if !p.interactive {
			return
		}
		line := fmt.Sprintf("%s %d of %d", what, n, of)
		if n == of {
			line = strings.Repeat(" ", len(line)) + "\r"
		}
		fmt.Fprint(p.err, "\r"+line)
	}
}
