package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// outputDelay is how long an ended command's own children may keep its output open.
const outputDelay = time.Second

// command is a program that is run once for each event: the event is its standard
// input, and its standard output is the answer.
type command struct {
	words  []string
	config Config
}

// Start reports whether the program exists.
func (c *command) Start() error {
	if _, err := exec.LookPath(c.words[0]); err != nil {
		return fmt.Errorf("the command %q cannot be run: %w", strings.Join(c.words, " "), err)
	}
	return nil
}

func (c *command) Close() {}

// Invoke runs the program. An exit code other than 0 is an error.
func (c *command) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.Timeout, timeoutError(c.config.Timeout))
	defer cancel()
	cmd := exec.CommandContext(ctx, c.words[0], c.words[1:]...)
	cmd.Env = append(os.Environ(), c.config.Env...)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(event), c.config.Output, outputDelay
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	answer, err := readAnswer(out)
	if ended := cmd.Wait(); ended != nil {
		return nil, because(ctx, ended)
	}
	return answer, err
}

// splitWords splits a command line at its spaces. Single and double quotes keep spaces
// in a word, and no character has another meaning, as no shell is involved.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun := false
	for _, r := range line {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote, begun = r, true
		case r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n'):
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the command %q has a quote that does not end", line)
	}
	if begun {
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("the command is empty")
	}
	return words, nil
}
