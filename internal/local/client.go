package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
)

// Client uses the API of a local run.
type Client struct {
	URL  string // of the run, without a slash at its end
	HTTP *http.Client
}

// maxAnswer is how many bytes of an answer the client reads: more than the bus of a run
// that somebody watches has.
const maxAnswer = 256 << 20

// Send invokes send with a payload and returns its output. If send failed, the output is
// that of a function error.
func (c Client) Send(ctx context.Context, payload []byte) ([]byte, error) {
	_, output, err := c.do(ctx, http.MethodPost, "/send", payload)
	return output, err
}

// Events returns the entries of the bus from the n-th on, counted from 0.
func (c Client) Events(ctx context.Context, n int) ([]json.RawMessage, error) {
	_, answer, err := c.do(ctx, http.MethodGet, "/api/events?after="+strconv.Itoa(n), nil)
	if err != nil {
		return nil, err
	}
	var events []json.RawMessage
	if err := json.Unmarshal(answer, &events); err != nil {
		return nil, fmt.Errorf("reading the events of %s: look whether larkbridge run serves there: %w", c.URL, err)
	}
	return events, nil
}

// Follow calls show with each entry that comes on the bus from now on, until ctx ends. It
// calls ready before it waits for the first one, and looks once in each pause.
func (c Client) Follow(ctx context.Context, pause time.Duration, ready func(), show func(json.RawMessage) error) error {
	first, err := c.Events(ctx, 0)
	if err != nil {
		return err
	}
	ready()
	for n := len(first); ; {
		events, err := c.Events(ctx, n)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		for _, event := range events {
			if err := show(event); err != nil {
				return err
			}
		}
		n += len(events)
		if wait.Sleep(ctx, pause) != nil {
			return nil
		}
	}
}

// errNotRunning means that nothing listens where the local run would.
var errNotRunning = errors.New("start it with larkbridge run, or name a stack with --stack")

// do makes a request and returns the status and the body of the answer.
func (c Client) do(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("addressing the local run: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.HTTP.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return 0, nil, fmt.Errorf("nothing listens on %s: %w", req.URL.Host, errNotRunning)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("asking the local run: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("reading the answer of the local run: %w", err)
	}
	return resp.StatusCode, answer, nil
}
