package send

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send/request"
	"github.com/larkbridge/larkbridge/lib/store"
)

// runInThread makes the calls of a request. A notice that names a thread is a
// reply to the first one that named it. The claim on the thread makes that one
// the first; its result is the message's id. Without the table, or when the first
// message is gone, the notice stands by itself.
func (s *Sender) runInThread(ctx context.Context, x *execution) Result {
	if x.thread == "" {
		return s.run(ctx, x)
	}
	key, owner := store.ThreadKey(x.req.App, s.DefaultTo, x.thread), rand.Text()
	state, first, err := s.Claims.Claim(ctx, key, owner, claimLease, resultTTL)
	switch {
	case err != nil:
		x.problem(metric.DedupeBypassed, "the thread is not known", err)
		return s.run(ctx, x)
	case state == store.InProgress:
		return failed(&lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "the first message of the thread is being sent"})
	case state == store.Completed:
		return s.reply(ctx, x, string(first))
	}
	r := s.run(ctx, x)
	var sent struct {
		MessageID string `json:"message_id"`
	}
	if r.OK && json.Unmarshal(r.Data, &sent) == nil && sent.MessageID != "" {
		err = s.Claims.Complete(ctx, key, []byte(sent.MessageID), resultTTL)
	} else {
		err = s.Claims.Release(ctx, key, owner)
	}
	if err != nil {
		x.problem(metric.MarkFailed, "the thread is not kept", err)
	}
	return r
}

// reply makes the calls of a request as a reply in the thread of a message. The
// request itself stays as it is: its fingerprint tells it from others.
func (s *Sender) reply(ctx context.Context, x *execution, messageID string) Result {
	original, plan := x.req, x.plan
	defer func() { x.req = original }()
	message := *original.Message
	message.To, message.ReplyTo = nil, &request.Reply{MessageID: messageID, InThread: true}
	inThread := *original
	inThread.Message = &message
	reply, err := inThread.Plan(uuid(original.App, x.id))
	if err != nil {
		return failed(err)
	}
	x.req, x.plan = &inThread, reply
	r := s.run(ctx, x)
	if r.Error != nil && r.Error.Kind == lark.KindNotFound {
		x.req, x.plan = original, plan
		return s.run(ctx, x)
	}
	return r
}
