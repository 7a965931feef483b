package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/larkbridge/larkbridge/internal/local"
)

// targetClick makes the sample a click on the newest card of the local run, if the
// target is a local run. Otherwise, and if there is no card, the sample keeps its own
// ids.
func (p program) targetClick(ctx context.Context, target, eventType string, edit local.Edit) (local.Edit, error) {
	u, err := url.Parse(target)
	if err != nil || !local.IsClick(eventType) || !local.Loopback(u.Host) {
		return edit, nil // a URL that is none fails when it is posted to
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.Scheme+"://"+u.Host+"/api/click", strings.NewReader("{}"))
	if err != nil {
		return edit, nil
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client().Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return edit, nil
	}
	if err != nil {
		return edit, fmt.Errorf("asking for a card to click: %w", err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= http.StatusInternalServerError:
		return edit, fmt.Errorf("asking for a card to click: %s", resp.Status)
	case resp.StatusCode != http.StatusOK:
		return edit, nil
	}
	var click local.Click
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxShown)).Decode(&click); err != nil {
		return edit, fmt.Errorf("asking for a card to click: %w", err)
	}
	edit.Click = &click
	return edit, nil
}
