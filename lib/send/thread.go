package send

import (
	"context"
	"encoding/json"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
	"github.com/larkbridge/larkbridge/lib/store"
)

// runInThread makes the calls of a request. A notice that names a thread is a
// reply to the first one that named it. The claim on the thread makes that one
// the first, and keeps the id of its message. Without the table, or when the first
// message is gone, the notice stands by itself.
func (s *Sender) runInThread(ctx context.Context, x *execution) Result {
	if x.thread == "" {
		return s.run(ctx, x)
	}
	return s.once(ctx, x, store.ThreadKey(x.req.App, s.DefaultTo, x.thread), func() (Result, []byte) {
		r := s.run(ctx, x)
		var sent struct {
			MessageID string `json:"message_id"`
		}
		if !r.OK || json.Unmarshal(r.Data, &sent) != nil || sent.MessageID == "" {
			return r, nil
		}
		return r, []byte(sent.MessageID)
	}, func(messageID []byte) Result { return s.reply(ctx, x, string(messageID)) })
}

// reply makes the calls of a request as a reply in the thread of a message. The
// request itself stays as it is: its fingerprint tells it from others.
func (s *Sender) reply(ctx context.Context, x *execution, messageID string) Result {
	message := *x.req.Message
	message.To, message.ReplyTo = nil, &request.Reply{MessageID: messageID, InThread: true}
	inThread := *x.req
	inThread.Message = &message
	reply, err := inThread.Plan(uuid(x.req.App, x.id))
	if err != nil {
		return failed(err)
	}
	alone := x.plan
	x.plan = reply
	r := s.run(ctx, x)
	if r.Error != nil && r.Error.Kind == lark.KindNotFound {
		x.plan = alone
		r = s.run(ctx, x)
	}
	return r
}
