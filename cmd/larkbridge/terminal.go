package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// terminal asks questions on a terminal and reads the answers from standard input.
type terminal struct {
	in  *os.File
	err io.Writer
}

// askAll asks for the settings of an app and returns them as JSON. It stops when ctx
// ends, and restores the state of the terminal.
func askAll(ctx context.Context, w io.Writer) ([]byte, error) {
	in := os.Stdin
	state, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, errors.New("there is no terminal to ask on: give the settings with --file, - for standard input")
	}
	type answer struct {
		doc []byte
		err error
	}
	done := make(chan answer, 1)
	go func() {
		doc, err := operate.Ask(terminal{in, w})
		done <- answer{doc, err}
	}()
	select {
	case a := <-done:
		return a.doc, a.err
	case <-ctx.Done(): // the process ends, and with it the one that reads
		_ = term.Restore(int(in.Fd()), state)
		fmt.Fprintln(w)
		return nil, errors.New("stopped: nothing was stored")
	}
}

// Line asks for a value and returns it. It reads byte by byte, because what a buffer
// reads ahead is missing from the next answer.
func (t terminal) Line(label string) (string, error) {
	fmt.Fprint(t.err, label+": ")
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
	fmt.Fprint(t.err, label+", not shown: ")
	line, err := term.ReadPassword(int(t.in.Fd()))
	fmt.Fprintln(t.err)
	return strings.TrimSpace(string(line)), err
}
