// Package target invokes a developer's own code with an event, as AWS does it: a URL, a
// command, or the handler of a Lambda function in Python or Node.
package target

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Target is code that takes events. It is safe for concurrent use.
type Target interface {
	// Start checks that the target can be invoked. A handler's process is started, so
	// that the first event does not wait for it.
	Start() error
	// Invoke passes a JSON document and returns the answer, nil for none. A target
	// that has no answer when its time is over is ended.
	Invoke(ctx context.Context, event []byte) ([]byte, error)
	// Close ends what the target still runs.
	Close()
}

// Config is what all targets have.
type Config struct {
	Timeout time.Duration // of one invocation; required
	// Env are variables besides those of this process, for commands and handlers.
	Env []string
	// Output gets what commands and handlers print that is not their answer. It must be
	// safe for concurrent use, as several commands may run at the same time.
	Output io.Writer
}

// maxAnswer is the largest answer in bytes, as of a Lambda function.
const maxAnswer = 6 << 20

// Parse returns the target that spec names: a URL that begins with http:// or
// https://, a handler such as app.py:handler or index.mjs:handler, or else a command
// with its arguments.
func Parse(spec string, config Config) (Target, error) {
	if strings.HasPrefix(spec, "http://") || strings.HasPrefix(spec, "https://") {
		return newURL(spec, config)
	}
	if file, function, ok := splitHandler(spec); ok {
		return NewHandler(file, function, config), nil
	}
	words, err := splitWords(spec)
	if err != nil {
		return nil, err
	}
	return &command{words, config}, nil
}

// Error is the error that a handler raised or threw.
type Error struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// Error returns the type and the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Type
	}
	return e.Type + ": " + e.Message
}

// timeoutError returns the error of an invocation that was ended.
func timeoutError(timeout time.Duration) error {
	return fmt.Errorf("no answer within %v", timeout)
}
