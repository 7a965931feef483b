package send

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/notice"
)

// shape is what tells the sources apart: the fields that only one of them has.
type shape struct {
	Records    []json.RawMessage `json:"Records"`
	Requests   []json.RawMessage `json:"requests"`
	DetailType string            `json:"detail-type"`
	Source     string            `json:"source"`
	ID         string            `json:"id"`
	Detail     json.RawMessage   `json:"detail"`
	// An SNS notification as a queue gets it.
	Type      string `json:"Type"`
	TopicArn  string `json:"TopicArn"`
	MessageID string `json:"MessageId"`
	Message   *text  `json:"Message"`
	Subject   string `json:"Subject"`
	// A Lambda destination record.
	RequestContext  *requestContext `json:"requestContext"`
	RequestPayload  json.RawMessage `json:"requestPayload"`
	ResponsePayload json.RawMessage `json:"responsePayload"`
}

// text is a JSON string; another value of the same name is another document.
type text string

func (t *text) UnmarshalJSON(doc []byte) error {
	var s string
	if json.Unmarshal(doc, &s) == nil {
		*t = text(s)
	}
	return nil
}

type requestContext struct {
	RequestID   string `json:"requestId"`
	Condition   string `json:"condition"`
	FunctionARN string `json:"functionArn"`
}

// detailTypeRequest is the event by which anything asks over the bus.
const detailTypeRequest = "Lark Send Request"

// jobs turns a document of any source into requests. id is the idempotency
// key that the document came with, "" for none. What it cannot read it leaves
// as a request, whose own error then says what is wrong.
func (s *Sender) jobs(doc []byte, j job) []job {
	var d shape
	if json.Unmarshal(doc, &d) != nil {
		if isObject(doc) {
			return []job{j.with(doc)}
		}
		return []job{j.with(s.toDefault("text", plainText(doc), cause{}))}
	}
	switch {
	case d.Requests != nil:
		return j.each(d.Requests)
	case d.TopicArn != "" && d.Message != nil:
		return s.jobs(titled(d.Subject, string(*d.Message)), j.named(d.MessageID))
	case d.DetailType != "" && d.Source == bus.SendSource:
		return nil // a result: to report on a report would never end
	case d.DetailType == detailTypeRequest:
		return s.jobs(d.Detail, j.named(d.ID))
	case d.RequestContext != nil && d.RequestPayload != nil && d.RequestContext.isFailureOf(j.function):
		return s.failed(d, j.named(d.RequestContext.RequestID))
	case d.RequestContext != nil && d.RequestPayload != nil:
		return cardUpdate(d, j.named(d.RequestContext.RequestID))
	}
	if card, ok := notice.Card(doc); ok {
		content, err := json.Marshal(card)
		if err != nil {
			return []job{j.with(doc)}
		}
		if d.DetailType != "" {
			j = j.named(d.ID)
		}
		var event detail
		if d.Source == bus.Source {
			_ = json.Unmarshal(d.Detail, &event) // of another shape it tells nothing
		}
		return []job{j.with(s.toDefault("card", content, event.cause()))}
	}
	return []job{j.with(doc)}
}

// toDefault makes a message to the default target. Without one the request is
// left without "to", and its error says so.
func (s *Sender) toDefault(kind string, content json.RawMessage, c cause) []byte {
	message := map[string]any{kind: content}
	if to := s.DefaultTo; to != "" {
		message["to"] = map[string]string{targetKind(to): to}
	}
	request := map[string]any{"message": message}
	for name, id := range c.ids() {
		request[name] = id
	}
	doc, err := json.Marshal(request)
	if err != nil {
		return content // not reached: the content is JSON
	}
	return doc
}

// targetKind tells ids apart by how Lark makes them.
func targetKind(id string) string {
	switch {
	case strings.HasPrefix(id, "oc_"):
		return "chat_id"
	case strings.HasPrefix(id, "ou_"):
		return "open_id"
	case strings.HasPrefix(id, "on_"):
		return "union_id"
	case strings.Contains(id, "@"):
		return "email"
	}
	return "user_id"
}

// click is the detail of a card's click, as far as its update needs it.
type click struct {
	detail
	Event struct {
		Token   string `json:"token"`
		Context struct {
			OpenMessageID string `json:"open_message_id"`
		} `json:"context"`
	} `json:"event"`
}

// answered is the time after which a click has its first answer, before which
// Lark takes no update: it waits 3 s for that answer.
const answered = 4 * time.Second

// cardUpdate makes the delayed update of a card from what its handler
// returned: null or a failure is none. The handler was given the detail of the
// click, or the event around it when a rule invoked it.
func cardUpdate(d shape, j job) []job {
	var event struct {
		click
		Detail click `json:"detail"`
	}
	var answer struct {
		Card json.RawMessage `json:"card"`
	}
	if d.RequestContext.Condition != "Success" || json.Unmarshal(d.RequestPayload, &event) != nil ||
		json.Unmarshal(d.ResponsePayload, &answer) != nil {
		return nil
	}
	c := event.click
	if c.Event.Token == "" {
		c = event.Detail
	}
	if answer.Card == nil || string(answer.Card) == "null" || c.Event.Token == "" {
		return nil
	}
	update := map[string]any{"token": c.Event.Token, "card": answer.Card}
	if id := c.Event.Context.OpenMessageID; id != "" {
		update["message_id"] = id // for when the token has ended
	}
	request := map[string]any{"app": c.App, "update_card": update}
	for name, id := range c.cause().ids() {
		request[name] = id
	}
	if micros, err := strconv.ParseInt(c.Header.CreateTime, 10, 64); err == nil {
		request["not_before"] = time.UnixMicro(micros).Add(answered).UTC().Format(time.RFC3339Nano)
	}
	doc, err := json.Marshal(request)
	if err != nil {
		return nil // not reached: the card is JSON
	}
	return []job{j.with(doc)}
}

func (j job) with(doc []byte) job {
	j.doc = doc
	return j
}

// named takes the id of a document found inside another: an event keeps its
// id when a rule or a topic delivers it twice, and a queue gives each copy
// another one.
func (j job) named(id string) job {
	if id != "" {
		j.id = id
	}
	return j
}

func (j job) each(docs []json.RawMessage) []job {
	list := make([]job, len(docs))
	for i, doc := range docs {
		list[i] = j.with(doc)
		if j.id != "" {
			list[i].id = j.id + "#" + strconv.Itoa(i)
		}
	}
	return list
}

// titled puts an SNS subject above a plain text.
func titled(subject, message string) []byte {
	if subject == "" || isObject([]byte(message)) {
		return []byte(message)
	}
	return []byte(subject + "\n" + message)
}

func isObject(doc []byte) bool { return strings.HasPrefix(strings.TrimSpace(string(doc)), "{") }

// plainText is a text that is not JSON, as a JSON string.
func plainText(doc []byte) json.RawMessage {
	content, err := json.Marshal(string(doc))
	if err != nil {
		return json.RawMessage(`""`) // not reached: a string always marshals
	}
	return content
}
