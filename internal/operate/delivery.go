package operate

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// TypeDoctor is the type of the test event. It comes onto the bus as any
// other event; a rule that matches all events may ignore this type.
const TypeDoctor = "larkbridge.doctor"

// challenge returns what Lark posts when somebody saves a Request URL. It is never
// signed. A valid answer contains text.
func challenge(app *lark.App, text string, now time.Time) (lark.Delivery, error) {
	return sign(app, map[string]any{"type": "url_verification", "challenge": text, "token": token(app)}, now)
}

// event returns the test event, signed at a time. The app must be able to receive.
func event(app *lark.App, id string, now time.Time) (lark.Delivery, error) {
	return sign(app, map[string]any{
		"schema": "2.0",
		"header": map[string]string{
			"event_id": id, "event_type": TypeDoctor, "create_time": strconv.FormatInt(now.UnixMilli(), 10),
			"token": token(app), "app_id": app.AppID, "tenant_key": "doctor",
		},
		"event": map[string]any{},
	}, now)
}

// forgery returns the test event as somebody without the app's secrets would post
// it: one byte of a signed body is changed or, without signature, the token.
func forgery(app *lark.App, id string, now time.Time) (lark.Delivery, error) {
	if len(app.EncryptKeys) == 0 {
		other := *app
		other.VerificationTokens = []lark.Secret{lark.Secret(rand.Text())}
		return event(&other, id, now)
	}
	l, err := event(app, id, now)
	if err != nil {
		return lark.Delivery{}, err
	}
	if at := len(l.Body) / 2; l.Body[at] == 'A' {
		l.Body[at] = 'B'
	} else {
		l.Body[at] = 'A'
	}
	return l, nil
}

func token(app *lark.App) string { return app.VerificationTokens[0].Reveal() }

// sign encodes a payload and returns what Lark would post for it.
func sign(app *lark.App, payload map[string]any, now time.Time) (lark.Delivery, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return lark.Delivery{}, fmt.Errorf("encoding the test request: %w", err)
	}
	return app.Sign(body, now), nil
}

// reply is the answer to a delivery.
type reply struct {
	status  int
	body    string
	date    time.Time // the server's time, zero if the answer has none
	elapsed time.Duration
}

// post posts a delivery and reads the answer.
func (d *Doctor) post(ctx context.Context, url string, l lark.Delivery) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := l.NewRequest(ctx, url)
	if err != nil {
		return reply{}, errors.New("this is not a URL")
	}
	start := d.Now()
	resp, err := d.HTTP.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return reply{}, fmt.Errorf("reading the answer: %w", err)
	}
	r := reply{status: resp.StatusCode, body: string(bytes.TrimSpace(body)), elapsed: d.Now().Sub(start)}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		r.date = at
	}
	return r, nil
}

const (
	postTimeout = 10 * time.Second
	// maxReply is the size in bytes up to which a reply is read.
	maxReply = 1 << 20
)
