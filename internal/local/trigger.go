package local

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
	"time"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Trigger posts samples to a Request URL as Lark does.
type Trigger struct {
	Signer    Signer
	HTTP      lark.HTTPDoer
	URL, Type string
	Edit      Edit
	Count     int
	Rate      float64 // of events in a second; 0 for no pause between them
	Duplicate bool    // whether each event is posted twice, as Lark may do
	Now       func() time.Time
	// Show is called with each reply.
	Show func(Reply) error
}

// Reply is the reply to an event.
type Reply struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// Write writes the status and the body, each on one line.
func (r Reply) Write(w io.Writer) {
	fmt.Fprintf(w, "%d %s\n%s\n", r.Status, http.StatusText(r.Status), printable.Text(r.Body))
}

// Post posts the events.
func (t *Trigger) Post(ctx context.Context) error {
	for n := range t.Count {
		if n > 0 && t.Rate > 0 {
			if err := wait.Sleep(ctx, time.Duration(float64(time.Second)/t.Rate)); err != nil {
				return fmt.Errorf("stopped after %d events: %w", n, err)
			}
		}
		req, err := t.Signer.Request(ctx, t.URL, t.Type, t.Edit, t.Now())
		if err != nil {
			return err
		}
		if err := t.post(req); err != nil {
			return err
		}
	}
	return nil
}

// post posts a request, twice if there are to be duplicates.
func (t *Trigger) post(req *http.Request) error {
	times := 1
	if t.Duplicate {
		times = 2
	}
	for range times {
		body, err := req.GetBody()
		if err != nil {
			return fmt.Errorf("repeating the request: %w", err)
		}
		copied := req.Clone(req.Context())
		copied.Body = body
		reply, err := PostEvent(t.HTTP, copied)
		if err != nil {
			return err
		}
		if err := t.Show(reply); err != nil {
			return err
		}
	}
	return nil
}

// maxReply is how many bytes of a reply are read.
const maxReply = 64 << 10

// PostEvent posts the request of an event and reads the reply.
func PostEvent(doer lark.HTTPDoer, req *http.Request) (Reply, error) {
	resp, err := doer.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return Reply{}, fmt.Errorf("nothing listens on %s: start it with larkbridge run", req.URL.Host)
	}
	if err != nil {
		return Reply{}, fmt.Errorf("posting the event: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return Reply{}, fmt.Errorf("reading the reply: %w", err)
	}
	return Reply{resp.StatusCode, strings.TrimSpace(string(body))}, nil
}

// AimClick makes a sample a click on a card of the local run at a Request URL: on the
// message card or, for "", the newest card with buttons, and there on the button with the
// label or, for "", the first. A value that is set stays. It reports whether there is such
// a card; otherwise the sample keeps its own ids.
func AimClick(ctx context.Context, doer *http.Client, requestURL, card, label string, edit *Edit) (bool, error) {
	u, err := url.Parse(requestURL)
	if err != nil || !Loopback(u.Host) {
		return false, nil // a URL that is none fails when it is posted to
	}
	client := Client{URL: u.Scheme + "://" + u.Host, HTTP: doer}
	click, err := client.click(ctx, card)
	if err != nil || click == nil {
		return false, err
	}
	edit.Click = click
	if edit.Value != nil {
		return true, nil
	}
	content, err := client.card(ctx, click.MessageID)
	if err != nil {
		return false, err
	}
	button, err := FindButton(content, label)
	if err == nil {
		edit.Value = button.Value
	} else if label == "" {
		err = nil // what else the card has is clicked as the sample says
	}
	return true, err
}

// click has a user of the run click a card. It returns nil if there is no such card.
func (c Client) click(ctx context.Context, card string) (*Click, error) {
	request := map[string]string{}
	if card != "" {
		request["message_id"] = card
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("encoding the click: %w", err)
	}
	status, answer, err := c.do(ctx, http.MethodPost, "/api/click", body)
	switch {
	case errors.Is(err, errNotRunning):
		return nil, nil // posting the event says so
	case err != nil:
		return nil, fmt.Errorf("looking for a card to click: %w", err)
	case status >= http.StatusInternalServerError:
		return nil, fmt.Errorf("looking for a card to click: the local run answered %d", status)
	case status != http.StatusOK:
		return nil, nil
	}
	var click Click
	if err := json.Unmarshal(answer, &click); err != nil {
		return nil, fmt.Errorf("looking for a card to click: %w", err)
	}
	return &click, nil
}

// card returns the present content of a card.
func (c Client) card(ctx context.Context, messageID string) (json.RawMessage, error) {
	_, answer, err := c.do(ctx, http.MethodGet, "/api/cards", nil)
	if err != nil {
		return nil, fmt.Errorf("reading the cards: %w", err)
	}
	var cards []shownCard
	if err := json.Unmarshal(answer, &cards); err != nil {
		return nil, fmt.Errorf("reading the cards: %w", err)
	}
	for _, card := range cards {
		if card.MessageID == messageID {
			return card.Card, nil
		}
	}
	return nil, nil
}
