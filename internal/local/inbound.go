package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Inbound is a request to an inbound endpoint and its reply. Its secrets are masked, but
// in Original.
type Inbound struct {
	Method  string          `json:"method"`
	Path    string          `json:"path"`
	Header  http.Header     `json:"header"`
	Body    string          `json:"body"`
	Payload json.RawMessage `json:"payload,omitempty"` // the decrypted body, nil if it cannot be read
	Status  int             `json:"status"`
	Reply   string          `json:"reply"`
	Result  gateway.Result  `json:"result"`
	Reason  string          `json:"reason,omitempty"` // why the request failed
	// Original is the payload with its secrets.
	Original lark.Secret `json:"-"`
	// Signature is the X-Lark-Signature, "" for none.
	Signature lark.Secret `json:"-"`
}

// requestInfo holds what the server records about an inbound request.
type requestInfo struct {
	start     time.Time
	encrypted bool
	id        string      // groups the steps of a request without an event
	click     lark.Secret // the update token; set once the request is known to be a click
	outcome   gateway.Outcome
}

// group returns the group of the steps of the request, once it has its outcome.
func (i *requestInfo) group() string {
	if ev := i.outcome.Event; ev != nil && ev.ID != "" {
		return ev.ID
	}
	return i.id
}

type requestInfoKey struct{}

func withRequestInfo(ctx context.Context, info *requestInfo) context.Context {
	return context.WithValue(ctx, requestInfoKey{}, info)
}

// requestInfoOf returns the info of the request that ctx belongs to, nil if it
// belongs to none.
func requestInfoOf(ctx context.Context) *requestInfo {
	info, _ := ctx.Value(requestInfoKey{}).(*requestInfo)
	return info
}

// masked is shown in place of a secret.
const masked = "***"

// drained is how much of a body that is too large is still read, so that the client
// gets its answer instead of a closed connection.
const drained = 8 << 20

// serveInbound passes the request to the gateway, which also answers unknown paths. It
// shows the request with its reply, and delivers the reply of a click to the users.
func (s *Server) serveInbound(w http.ResponseWriter, r *http.Request) { s.receive(w, r) }

// Receive receives what Lark would post to a path, as if it came over HTTP.
func (s *Server) Receive(ctx context.Context, path string, delivery lark.Delivery) (Inbound, error) {
	r, err := delivery.NewRequest(ctx, "http://localhost"+path)
	if err != nil {
		return Inbound{}, err
	}
	return s.receive(discardReply{http.Header{}}, r), nil
}

// discardReply is a ResponseWriter for a caller who gets the reply in another way.
type discardReply struct{ header http.Header }

// Header returns headers that nobody reads.
func (d discardReply) Header() http.Header { return d.header }

// WriteHeader does nothing.
func (d discardReply) WriteHeader(int) {}

// Write does nothing.
func (d discardReply) Write(reply []byte) (int, error) { return len(reply), nil }

func (s *Server) receive(w http.ResponseWriter, r *http.Request) (in Inbound) {
	body, err := io.ReadAll(io.LimitReader(r.Body, lark.MaxBody+1))
	if err != nil {
		body = nil // the client closed the connection
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, drained))
	info := &requestInfo{
		start: s.now(), id: rand.Text(), encrypted: bytes.HasPrefix(bytes.TrimSpace(body), []byte(`{"encrypt"`)),
	}
	r = r.WithContext(withRequestInfo(r.Context(), info))
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.gateway.ServeHTTP(replyTee{w, func(reply []byte) {
		step := replyStep(s.now(), info)
		in = s.inbound(r, body, reply, info.outcome)
		step.Data = in
		s.show(step)
		if s.users != nil {
			s.users.deliverReply(info.click, info.group(), reply)
		}
	}}, r)
	return in
}

// inbound returns the request with its reply. The body of a request that is too large
// is left out.
func (s *Server) inbound(r *http.Request, body, reply []byte, o gateway.Outcome) Inbound {
	if len(body) > lark.MaxBody {
		body = nil
	}
	payload := s.decrypt(body)
	in := Inbound{
		Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: string(maskSecrets(body)),
		Payload: maskSecrets(payload), Status: o.Status, Reply: string(reply), Result: o.Result,
		Original: lark.Secret(payload), Signature: lark.Secret(r.Header.Get(lark.HeaderSignature)),
	}
	if !json.Valid(payload) {
		in.Payload, in.Original = nil, ""
	}
	if o.Err != nil {
		in.Reason = o.Err.Error()
	}
	for name := range in.Header {
		if lark.SecretField(name) || name == "Cookie" {
			in.Header[name] = []string{masked}
		}
	}
	return in
}

// decrypt returns the payload of a body, which it decrypts with any of the app's keys,
// whether or not the request is authentic.
func (s *Server) decrypt(body []byte) []byte {
	var encrypted struct{ Encrypt string }
	if json.Unmarshal(body, &encrypted) != nil || encrypted.Encrypt == "" {
		return body
	}
	for _, key := range s.app.EncryptKeys {
		if payload, err := key.Decrypt([]byte(encrypted.Encrypt)); err == nil && json.Valid(payload) {
			return payload
		}
	}
	return nil
}

// maskSecrets returns a JSON document with its secret strings masked and all else in
// its order, and what is no JSON unchanged.
func maskSecrets(doc []byte) []byte {
	var out bytes.Buffer
	lax := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	dec, enc := jsontext.NewDecoder(bytes.NewReader(doc), lax...), jsontext.NewEncoder(&out, lax...)
	secret := false // whether the next value is
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return bytes.TrimSpace(out.Bytes())
		}
		if err != nil {
			return doc
		}
		kind, length := dec.StackIndex(dec.StackDepth())
		name := token.Kind() == '"' && kind == '{' && length%2 == 1
		if secret && token.Kind() == '"' && !name {
			token = jsontext.String(masked)
		}
		secret = name && lark.SecretField(token.String())
		if enc.WriteToken(token) != nil {
			return doc
		}
	}
}

// showProblems is the observer of the gateway: it keeps the outcome for
// [Server.serveInbound] and shows the problems.
func (s *Server) showProblems(ctx context.Context, o gateway.Outcome) {
	info := requestInfoOf(ctx)
	info.outcome = o
	for _, p := range o.Problems {
		s.show(Step{Time: s.now(), Kind: StepNote, Group: info.group(), Subject: p.Message, Note: fmt.Sprint(p.Err), Failed: true})
	}
}

// replyStep returns the step for the reply to Lark and the reason for it.
func replyStep(now time.Time, info *requestInfo) Step {
	o := info.outcome
	step := Step{
		Time: now, Kind: StepReply, Group: info.group(),
		Subject: fmt.Sprint(o.Status, " ", o.Result), Failed: o.Status != http.StatusOK,
	}
	var notes []string
	if o.Result != gateway.Published && o.Event != nil {
		notes = append(notes, o.Event.Type)
	}
	if o.Err != nil {
		notes = append(notes, o.Err.Error())
	}
	step.Note = strings.Join(append(notes, "("+millis(now.Sub(info.start))+")"), " ")
	return step
}
