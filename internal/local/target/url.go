package target

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
)

// url is a URL that gets each event in a POST request, as from an API destination.
type url struct {
	url    string
	config Config
	client *http.Client
}

func newURL(spec string, config Config) (*url, error) {
	if u, err := neturl.Parse(spec); err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not a URL", spec)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &url{spec, config, client}, nil
}

func (u *url) Start() error { return nil }

func (u *url) Close() { u.client.CloseIdleConnections() }

// Invoke posts the event. A status that is no success is an error.
func (u *url) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, u.config.Timeout, timeoutError(u.config.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, bytes.NewReader(event))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := u.client.Do(req)
	if err != nil {
		return nil, because(ctx, err)
	}
	defer resp.Body.Close()
	answer, err := readAnswer(resp.Body)
	switch {
	case err != nil:
		return nil, because(ctx, err)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, fmt.Errorf("%s: %.200q", resp.Status, answer)
	}
	return answer, nil
}

// because returns why ctx ended, or the error if it did not end.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// readAnswer reads an answer to its end.
func readAnswer(r io.Reader) ([]byte, error) {
	answer, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(answer) > maxAnswer {
		_, _ = io.Copy(io.Discard, r)
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return bytes.TrimSpace(answer), nil
}
