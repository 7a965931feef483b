package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Codes of CardKit (cardkit-v1/card-element/content) and of a message with a card entity.
const (
	codeUUIDUsed         = 200770
	codeInteraction      = 200810
	codeStreamingTimeout = 200850
	codeStreamingClosed  = 300309
	codeSequence         = 300317
	codeCardContent      = 230099
)

const (
	// maxAttempts is how often a change is sent that gets no answer, or none that says what
	// has become of it.
	maxAttempts = 3
	// maxInteraction is how often a change waits for the end of a user's interaction: Lark
	// waits 3 s for the reply to a click.
	maxInteraction = 5
	// interactionPause is the pause between two attempts during an interaction.
	interactionPause = time.Second
)

// errOvertaken is the error of a change whose sequence number Lark no longer takes: a
// later change came first, or this one did and its answer was lost.
var errOvertaken = errors.New("a later change of the card came first")

// change makes a call that changes a card. It repeats the same call, with the same uuid and
// sequence number, when it gets no answer, and so finds out whether it was carried out.
func (x *writing) change(ctx context.Context, call lark.Call) error {
	lost, waits := 0, 0
	for {
		_, err := x.client.Do(ctx, call)
		e, _ := errors.AsType[*lark.Error](err)
		var pause time.Duration
		switch {
		case err == nil:
			return nil
		case e == nil:
			return err
		case e.Code == codeUUIDUsed:
			return nil
		case e.Code == codeSequence:
			return errOvertaken
		case e.Code == codeInteraction:
			if waits++; waits > maxInteraction {
				return err
			}
			pause = interactionPause
		case e.Retryable && e.Kind != lark.KindThrottled && lost < maxAttempts-1:
			lost++
			pause = wait.Jitter(200*time.Millisecond<<lost, 0.25)
		default:
			return err
		}
		if wait.Sleep(ctx, pause) != nil {
			return err
		}
	}
}

// isRefusal reports whether Lark refuses a call for good, for a reason that concerns the
// card: another way of showing the text may work.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*lark.Error](err)
	if !ok || e.Retryable {
		return false
	}
	switch e.Kind {
	case lark.KindAuth, lark.KindQuota, lark.KindThrottled:
		return false
	}
	return true
}

// codeOf returns Lark's code, 0 for an error without one.
func codeOf(err error) int {
	if e, ok := errors.AsType[*lark.Error](err); ok {
		return e.Code
	}
	return 0
}

// contentCall is cardkit-v1/card-element/content.
func (x *writing) contentCall(card *cardState, text string, sequence int) (lark.Call, error) {
	return x.cardCall(http.MethodPut, card, "/elements/"+TextElement+"/content", sequence, object{"content": text})
}

// modeCall is cardkit-v1/card/settings.
func (x *writing) modeCall(card *cardState, text string, streaming bool, sequence int) (lark.Call, error) {
	config := object{"streaming_mode": streaming}
	if !streaming {
		config["summary"] = object{"content": summary(text)}
	}
	settings, err := encode(object{"config": config})
	if err != nil {
		return lark.Call{}, err
	}
	return x.cardCall(http.MethodPatch, card, "/settings", sequence, object{"settings": settings})
}

// replaceCall is cardkit-v1/card/update: it works in every mode, and closes the card.
func (x *writing) replaceCall(card *cardState, frame json.RawMessage, text string, sequence int) (lark.Call, error) {
	doc, err := cardJSON(frame, text, false)
	if err != nil {
		return lark.Call{}, err
	}
	return x.cardCall(http.MethodPut, card, "", sequence, object{"card": object{"type": "card_json", "data": doc}})
}

// cardCall returns a call that changes a card. The same sequence number has the same uuid.
func (x *writing) cardCall(method string, card *cardState, path string, sequence int, body object) (lark.Call, error) {
	body["sequence"], body["uuid"] = sequence, x.uuid(card.ID, strconv.Itoa(sequence))
	return x.call(method, "cardkit/v1/cards/:card_id"+path, card.ID, body)
}

// createCall is cardkit-v1/card/create.
func (x *writing) createCall(frame json.RawMessage, text string, streaming bool) (lark.Call, error) {
	doc, err := cardJSON(frame, text, streaming)
	if err != nil {
		return lark.Call{}, err
	}
	return x.call(http.MethodPost, "cardkit/v1/cards", "", object{"type": "card_json", "data": doc})
}

func (x *writing) call(method, path, cardID string, body object) (lark.Call, error) {
	doc, err := encode(body)
	if err != nil {
		return lark.Call{}, err
	}
	call := lark.Call{Method: method, Path: path, Body: []byte(doc), TenantKey: x.update.TenantKey}
	if cardID != "" {
		call.PathParams = map[string]string{"card_id": cardID}
	}
	return call, nil
}

// uuid returns an id of at most 50 characters, the same for the same segments of a stream.
func (x *writing) uuid(segments ...string) string {
	h := sha256.New()
	for _, segment := range append([]string{x.update.Key}, segments...) {
		h.Write([]byte(segment))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}
