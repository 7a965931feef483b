package cases

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Secrets of the apps of all cases.
const (
	EncryptKey        = "case-encrypt-key"
	VerificationToken = "case-verification-token"
	appSecret         = "case-app-secret"
)

// AppID is the app id of the app with that name.
func AppID(name string) string { return "cli_case_" + name }

// Settings returns the settings of the named app in a case. handler is its
// card_handler, "" for none.
func (g *Given) Settings(name, handler string) map[string]any {
	doc := map[string]any{
		"app_id": AppID(name), "app_secret": appSecret, "encrypt_key": EncryptKey, "verification_token": VerificationToken,
	}
	if handler != "" {
		doc["card_handler"] = handler
	}
	for field, value := range g.Change {
		if doc[field] = value; string(value) == "null" {
			delete(doc, field)
		}
	}
	return doc
}

// signingKey is the key with which Lark signs: of a list the last.
func (g *Given) signingKey() string {
	var list []string
	if value, ok := g.Change["encrypt_key"]; ok && json.Unmarshal(value, &list) == nil && len(list) > 0 {
		return list[len(list)-1]
	}
	return EncryptKey
}

// anyMessage is the message of a case that gives an HTTP payload alone.
const anyMessage = `{"message_id":"om_%s","chat_id":"oc_9","chat_type":"p2p","message_type":"text","content":"{\"text\":\"hello\"}"}`

// Payload returns what Lark posts before it encrypts it, in the order of the
// fields that the case has.
func (p *Post) Payload(token, appID string, now time.Time) ([]byte, error) {
	var doc []byte
	exact := p.Event != nil && p.Event[0] == '"'
	switch {
	case exact:
		var text string
		if err := json.Unmarshal(p.Event, &text); err != nil {
			return nil, fmt.Errorf("reading the text of the event: %w", err)
		}
		doc = []byte(text)
	case p.Event != nil:
		doc = p.Event
	case p.Click != nil && p.Click.Style == "old":
		doc = p.Click.Body
	case p.Click != nil:
		id := p.Click.EventID
		if id == "" {
			id = "ev_" + rand.Text()
		}
		doc = envelope("card.action.trigger", id, p.Click.Event)
	case p.Message != nil:
		doc = messageEnvelope(p.Message)
	default:
		doc = messageEnvelope(fmt.Appendf(nil, anyMessage, rand.Text()))
	}
	if !exact {
		var compact bytes.Buffer
		if err := json.Compact(&compact, doc); err != nil {
			return nil, fmt.Errorf("writing the payload: %w", err)
		}
		doc = compact.Bytes()
	}
	return []byte(casefile.Replace(string(doc), now, map[string]string{"token": token, "app_id": appID})), nil
}

func messageEnvelope(message []byte) []byte {
	const event = `{"sender":{"sender_id":{"open_id":"ou_mei","union_id":"on_mei","user_id":""},"sender_type":"user","tenant_key":"t_1"},"message":%s}`
	return envelope("im.message.receive_v1", "ev_"+rand.Text(), fmt.Appendf(nil, event, message))
}

func envelope(eventType, id string, event []byte) []byte {
	return fmt.Appendf(nil, `{"schema":"2.0","header":{"event_id":"%s","event_type":"%s","create_time":"1795000000000","token":"{{token}}","app_id":"{{app_id}}","tenant_key":"t_1"},"event":%s}`,
		id, eventType, event)
}

// sign returns the headers and the body that Lark posts for a payload.
func (g *Given) sign(p *Post, payload []byte, now time.Time) (map[string]string, []byte) {
	d := p.Delivery
	key := lark.NewEncryptKey(lark.Secret(g.signingKey()))
	old := p.Click != nil && p.Click.Style == "old"
	encrypted := !old
	if d.Encrypted != nil {
		encrypted = *d.Encrypted
	}
	body := payload
	if encrypted {
		body = key.Encrypt(payload)
	}
	body = append(body, d.Append...)
	headers := map[string]string{"Content-Type": "application/json; charset=utf-8"}
	if d.Signed != false {
		timestamp, nonce := strconv.FormatInt(now.Unix()-int64(d.Age), 10), rand.Text()[:9]
		signature := lark.SignEvent(timestamp, nonce, key, body)
		if old || d.Signed == "sha1" {
			signature = lark.SignCard(timestamp, nonce, VerificationToken, body)
		}
		headers[lark.HeaderTimestamp], headers[lark.HeaderNonce], headers[lark.HeaderSignature] = timestamp, nonce, signature
	}
	if p.Click != nil {
		maps.Copy(headers, p.Click.Headers)
	}
	return headers, body
}

// Request is one delivery as it reaches a function.
type Request struct {
	Post    Post
	Payload []byte // what Lark sends before it encrypts it
	Path    string
	Header  http.Header
	Body    []byte
	Event   []byte // the payload of Lambda
}

// Function is the function that is behind the path of the request.
func (r *Request) Function() string {
	for _, segment := range strings.FieldsFunc(r.Path, func(r rune) bool { return r == '/' }) {
		if segment == "event" || segment == "card" {
			return segment
		}
	}
	return "event"
}

// Request makes the next request of a case.
func (g *Given) Request(p Post, now time.Time) (*Request, error) {
	payload, err := p.Payload(VerificationToken, AppID(p.App), now)
	if err != nil {
		return nil, err
	}
	headers, body := g.sign(&p, payload, now)
	r := &Request{Post: p, Payload: payload, Path: p.Path, Header: http.Header{}, Body: body}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if p.App != "default" {
		r.Path += "/" + p.App
	}
	if p.HTTP == nil {
		r.Event = harness.HTTPEvent(http.MethodPost, r.Path, r.Header, body)
		return r, nil
	}
	quoted, err := json.Marshal(string(body))
	if err != nil {
		return nil, fmt.Errorf("writing the body: %w", err)
	}
	text := strings.ReplaceAll(string(p.HTTP), "{{now}}", strconv.FormatInt(now.Unix(), 10))
	r.Event = []byte(casefile.Replace(text, now, map[string]string{
		"body": string(quoted[1 : len(quoted)-1]), "body_base64": base64.StdEncoding.EncodeToString(body),
		"timestamp": headers[lark.HeaderTimestamp], "nonce": headers[lark.HeaderNonce], "signature": headers[lark.HeaderSignature],
	}))
	var in struct{ Path, RawPath string }
	if err := json.Unmarshal(r.Event, &in); err != nil {
		return nil, fmt.Errorf("reading the payload of Lambda: %w", err)
	}
	r.Path = in.RawPath + in.Path // one of them is empty
	return r, nil
}
