package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// errChanged says that another instance has written the state of the stream: what is to
// be done is to be decided anew.
var errChanged = errors.New("the state of the stream has changed")

// maxRedone is how often an update that is done starts anew because another one of the
// stream came first.
const maxRedone = 5

// try writes the update as the stream is now. It reports true if it must be tried anew.
func (x *writing) try(ctx context.Context) (retry bool, err error) {
	if err := x.load(ctx); err != nil {
		return false, err
	}
	s, u := &x.state, x.update
	switch {
	case s.Final != "" && u.Done && u.place().after(s.Last) && s.Final != identify(u.Text):
		return false, &lark.Error{Kind: lark.KindValidation, Msg: "the stream is closed with another text: a new text needs a new id"}
	case s.Closed, s.Last.after(u.place()), x.overtaken(u):
		return false, nil
	case !u.Done && (s.Fallback != "" || s.Refused):
		return false, nil // until the text is complete
	}
	if pause := s.wait(x.Now()); !u.Done && pause > 0 {
		late := !u.Queued.IsZero() && x.Now().Sub(u.Queued) > Pace
		return !late && wait.Sleep(ctx, pause) == nil, nil
	}
	err = x.show(ctx)
	switch {
	case errors.Is(err, errChanged):
		return true, nil
	case errors.Is(err, errOvertaken) && !u.Done:
		return false, nil
	case errors.Is(err, errOvertaken):
		if x.redone++; x.redone > maxRedone {
			return false, &lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "other instances write to the stream at the same time"}
		}
		return true, nil
	}
	return false, err
}

// show makes the cards show the text.
func (x *writing) show(ctx context.Context) error {
	segments := split(x.update.Text)
	for i := 0; i < max(len(segments), len(x.state.Cards)) && x.state.Fallback == ""; i++ {
		segment := " " // of a card that an earlier text needed
		if i < len(segments) {
			segment = segments[i]
		} else if !x.update.Done {
			break
		}
		if x.unsaved {
			if err := x.save(ctx); err != nil {
				return err
			}
		}
		open := !x.update.Done && i >= len(segments)-1
		if err := x.showSegment(ctx, i, segment, open); err != nil {
			return err
		}
	}
	switch {
	case !x.update.Done && x.unsaved:
		return x.save(ctx)
	case !x.update.Done:
		return nil
	}
	if x.state.Fallback != "" {
		if err := x.showPlain(ctx); err != nil {
			return err
		}
	}
	x.state.Closed = true
	return x.save(ctx)
}

// showSegment makes one card show its segment of the text, and closes it unless it is open.
func (x *writing) showSegment(ctx context.Context, i int, segment string, open bool) error {
	created := i == len(x.state.Cards)
	if created {
		if err := x.create(ctx, segment, open); err != nil || x.state.Fallback != "" {
			return err
		}
	}
	if !x.state.Cards[i].Sent {
		if err := x.send(ctx, i, created); err != nil || x.state.Fallback != "" {
			return err
		}
	}
	switch c := x.state.Cards[i]; {
	case created, c.Closed && c.Text == identify(segment) && c.Frame == x.frameID(i):
		return nil
	case open && !c.Closed:
		return x.grow(ctx, i, segment)
	}
	return x.close(ctx, i, segment)
}

// frame returns the frame of a card: those that the text goes on in have none.
func (x *writing) frame(card int) json.RawMessage {
	switch {
	case card > 0:
		return nil
	case x.update.Frame != nil:
		return x.update.Frame
	}
	return x.state.Frame
}

// frameID identifies the frame of a card.
func (x *writing) frameID(card int) string { return identify(string(x.frame(card))) }

// create makes the entity of the next card, with its text. Of several instances that do
// so, one has its entity in the state; nobody sees the others.
func (x *writing) create(ctx context.Context, segment string, open bool) error {
	call, err := x.createCall(x.frame(len(x.state.Cards)), segment, open)
	if err != nil {
		return err
	}
	res, err := x.client.Do(ctx, call)
	if err != nil {
		return x.fallBack(ctx, err)
	}
	var data struct {
		CardID string `json:"card_id"`
	}
	if err := json.Unmarshal(res.Data, &data); err != nil || data.CardID == "" {
		return x.fallBack(ctx, &lark.Error{Kind: lark.KindValidation, Msg: "Lark's answer has no card_id"})
	}
	c := cardState{ID: data.CardID, Frame: x.frameID(len(x.state.Cards))}
	if !open {
		c.Closed, c.Text = true, identify(segment)
	}
	x.state.Cards = append(x.state.Cards, c)
	x.record()
	return x.save(ctx)
}

// send sends a card once: Lark takes an entity once, and drops a message whose uuid it has
// seen within an hour. So an entity that is not new and that Lark refuses has been sent by
// somebody who could not say so any more.
func (x *writing) send(ctx context.Context, i int, created bool) error {
	c := &x.state.Cards[i]
	to := x.update.To
	if first := x.state.Cards[0].MessageID; i > 0 && first != "" {
		to = lark.ReplyTo(first).InTenant(x.update.TenantKey)
	}
	content := lark.Raw{MsgType: lark.MsgInteractive, Content: object{"type": "card", "data": object{"card_id": c.ID}}}
	message, err := x.sendMessage(ctx, to, content, x.uuid("card", strconv.Itoa(i)))
	switch {
	case codeOf(err) == codeCardContent && created:
		return x.fallBack(ctx, err)
	case err != nil && codeOf(err) != codeCardContent:
		return err
	}
	c.Sent, c.MessageID = true, message.MessageID
	x.shown, x.unsaved = true, true
	return nil
}

func (x *writing) sendMessage(ctx context.Context, to lark.Receiver, what lark.Content, uuid string) (message lark.SentMessage, err error) {
	call, err := lark.MessageCall(to, what, uuid)
	if err != nil {
		return message, err
	}
	res, err := x.client.Do(ctx, call)
	if err != nil {
		return message, err
	}
	if json.Unmarshal(res.Data, &message) != nil {
		message = lark.SentMessage{} // it is sent, whatever the answer says
	}
	return message, nil
}

// fallBack decides that the text goes into a plain message when it is complete, if Lark
// refuses the card. It returns other errors.
func (x *writing) fallBack(ctx context.Context, reason error) error {
	if !isRefusal(reason) {
		return reason
	}
	x.state.Fallback = cmp.Or(lark.Truncate(reason.Error(), 300), "the card is refused")
	x.record()
	return x.save(ctx)
}

// grow makes an open card show more of the text. It returns no error if that fails: a
// later update shows this text too.
func (x *writing) grow(ctx context.Context, i int, segment string) error {
	err := x.changeText(ctx, i, segment)
	if code := codeOf(err); code == codeStreamingTimeout || code == codeStreamingClosed {
		if err = x.openAgain(ctx, i, segment); err == nil {
			err = x.changeText(ctx, i, segment)
		}
	}
	e, isLark := errors.AsType[*lark.Error](err)
	switch {
	case err == nil:
		x.shown = true
		return nil
	case !isLark:
		return err // errChanged, errOvertaken
	case e.Kind == lark.KindThrottled:
		x.state.NextUpdate = x.Now().Add(max(e.RetryAfter, 2*Pace)).UnixMilli()
	case isRefusal(err):
		x.state.Refused = true
	default:
		return nil
	}
	return x.save(ctx)
}

// changeText makes a card in streaming mode show a text.
func (x *writing) changeText(ctx context.Context, i int, segment string) error {
	sequence, err := x.reserve(ctx, i, 1)
	if err != nil {
		return err
	}
	call, err := x.contentCall(&x.state.Cards[i], segment, sequence)
	if err != nil {
		return err
	}
	return x.change(ctx, call)
}

// openAgain turns streaming mode on, which turns itself off after 10 minutes.
func (x *writing) openAgain(ctx context.Context, i int, segment string) error {
	sequence, err := x.reserve(ctx, i, 1)
	if err != nil {
		return err
	}
	call, err := x.modeCall(&x.state.Cards[i], segment, true, sequence)
	if err != nil {
		return err
	}
	return x.change(ctx, call)
}

// close makes a card show its segment of the text for good. If Lark refuses that, it replaces
// the whole card, and if Lark refuses that too, the text goes into a plain message.
func (x *writing) close(ctx context.Context, i int, segment string) error {
	streaming := !x.state.Cards[i].Closed && !x.state.Refused && x.state.Cards[i].Frame == x.frameID(i)
	sequence, err := x.reserve(ctx, i, 3)
	if err != nil {
		return err
	}
	c := &x.state.Cards[i]
	if streaming {
		err = x.closeStreaming(ctx, c, segment, sequence)
	}
	if !streaming || isRefusal(err) {
		var call lark.Call
		if call, err = x.replaceCall(c, x.frame(i), segment, sequence+2); err == nil {
			err = x.change(ctx, call)
		}
	}
	switch {
	case isRefusal(err):
		return x.fallBack(ctx, err)
	case err != nil:
		return err
	}
	c.Closed, c.Text, c.Frame = true, identify(segment), x.frameID(i)
	x.shown, x.unsaved = true, true
	return nil
}

// closeStreaming shows a text in streaming mode and turns the mode off.
func (x *writing) closeStreaming(ctx context.Context, c *cardState, segment string, sequence int) error {
	content, err := x.contentCall(c, segment, sequence)
	if err != nil {
		return err
	}
	if err := x.change(ctx, content); err != nil {
		return err
	}
	off, err := x.modeCall(c, segment, false, sequence+1)
	if err != nil {
		return err
	}
	return x.change(ctx, off)
}

// showPlain sends the whole text as a plain message.
func (x *writing) showPlain(ctx context.Context) error {
	message, err := x.sendMessage(ctx, x.update.To, lark.Text(x.update.Plain), x.uuid("plain"))
	if err != nil {
		return err
	}
	x.state.PlainID, x.shown = message.MessageID, true
	return nil
}
