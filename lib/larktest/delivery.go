package larktest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Delivery returns what Lark would post to the app for the sample: its payload as For
// returns it, encrypted and signed with the app's keys.
func (s Sample) Delivery(app *lark.App, now time.Time) lark.Delivery {
	return app.Sign(s.For(app, now), now)
}

// For returns the payload of the sample as the app would get it at the time now: with
// the app's id and Verification Token, and with new ids, so that no two payloads are
// duplicates. A payload that is not a JSON object is returned unchanged.
func (s Sample) For(app *lark.App, now time.Time) json.RawMessage {
	var doc object
	dec := json.NewDecoder(bytes.NewReader(s.Payload))
	dec.UseNumber()
	if dec.Decode(&doc) != nil {
		return s.Payload
	}
	token := ""
	if len(app.VerificationTokens) > 0 {
		token = app.VerificationTokens[0].Reveal()
	}
	header, event := child(doc, "header"), child(doc, "event")
	replace(header, "event_id", newID())
	replace(header, "create_time", timestampLike(header["create_time"], now))
	replace(header, "token", token)
	replace(header, "app_id", app.AppID)
	replace(doc, "uuid", newID())
	replace(doc, "ts", fmt.Sprintf("%d.%07d", now.Unix(), now.Nanosecond()/100))
	replace(doc, "token", token)
	replace(event, "app_id", app.AppID)

	message := child(event, "message")
	replace(message, "message_id", "om_"+newID())
	replace(message, "create_time", timestampLike(message["create_time"], now))
	replace(message, "update_time", timestampLike(message["update_time"], now))
	switch s.Type() { // in a click, token is the card's update token
	case lark.TypeCardAction:
		replace(event, "token", "c-"+newID())
	case typeOldClick:
		replace(doc, "token", "c-"+newID())
	}
	return encode(doc)
}

// object is a decoded JSON object.
type object = map[string]any

// child returns a member that is an object, nil if there is none.
func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

// replace sets a member if it exists.
func replace(o object, name string, value any) {
	if _, ok := o[name]; ok {
		o[name] = value
	}
}

// timestampLike returns now in the unit of the sample's timestamp: microseconds if that
// has 16 digits, else milliseconds.
func timestampLike(old any, now time.Time) string {
	if text, _ := old.(string); len(text) == 16 {
		return strconv.FormatInt(now.UnixMicro(), 10)
	}
	return strconv.FormatInt(now.UnixMilli(), 10)
}

func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the process instead
	return hex.EncodeToString(id[:])
}
