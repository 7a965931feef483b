package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// Stream is the verb that shows a text while it is written.
type Stream struct {
	ID      string  `json:"id"`
	To      *Target `json:"to"`
	ReplyTo *Reply  `json:"reply_to"`
	Text    string  `json:"text"` // all of it so far, in Markdown
	Seq     int64   `json:"seq"`  // 0 is none
	Done    bool    `json:"done"`
	Card    Object  `json:"card"` // the frame
}

// plan makes ready what [stream.Writer] does. An update that is not done reaches nobody
// by itself: it changes a card.
func (s *Stream) plan(c common) (*Plan, error) {
	to, target, err := receiver("stream", s.To, s.ReplyTo)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if !s.Done {
		target = ""
	}
	u := stream.Update{
		Key: stream.Key(c.app, c.tenantKey, s.ID), To: to.InTenant(c.tenantKey), TenantKey: c.tenantKey,
		Text: showMarkdown(readMarkdown(s.Text), true), Plain: s.Text, Seq: s.Seq, Done: s.Done, Frame: json.RawMessage(s.Card),
	}
	return &Plan{Target: target, Interim: !s.Done, Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		if clients.Streams == nil {
			return nil, errors.New(`field "stream": nothing keeps streams here`)
		}
		u.Queued = clients.Queued
		result, err := clients.Streams.Write(ctx, clients.Lark, u)
		if err != nil {
			return nil, err
		}
		data, err := encode(result)
		return &lark.Result{Data: data, Status: http.StatusOK}, err
	}}, nil
}

func (s *Stream) check() error {
	err := required("stream", field{"id", s.ID != ""}, field{"text", s.Text != ""})
	switch {
	case err != nil:
		return err
	case !validID(s.ID):
		return errors.New(`field "stream.id": want 1 to 128 printable ASCII characters without spaces`)
	case s.Seq < 0:
		return errors.New(`field "stream.seq": want 1 or more`)
	case FitText(s.Text) != s.Text:
		return fmt.Errorf(`field "stream.text": it has more bytes than the %d KB of a message: make it shorter`, maxBody>>10)
	case s.Card == nil:
		return nil
	}
	if err := stream.CheckFrame(json.RawMessage(s.Card)); err != nil {
		return fmt.Errorf(`field "stream.card": %w`, err)
	}
	return nil
}
