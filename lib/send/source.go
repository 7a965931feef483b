package send

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/notice"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// origin says where a document comes from.
type origin struct {
	source string // invoke, sqs, sns, eventbridge, destination or notice
	// id is the idempotency key of a request that has none of its own: a
	// repetition of the document has the same id. "" is none.
	id       string
	async    bool          // nobody waits, and the document can come again
	queued   time.Time     // when the document was put into a queue, zero for none
	function string        // the ARN of this function, "" outside Lambda
	subject  string        // of an SNS notification
	thread   string        // what the thread of a notice is called, "" for none
	depth    int           // how many other documents it is inside
	end      time.Time     // when the calls of the invocation must be over
	turns    chan struct{} // holds one value for each request of the batch whose answer may be large
}

// job is one request to carry out, or the reason why there is none.
type job struct {
	origin
	req    *request.Request
	err    error
	listed bool // the request is one of a list
}

// maxDepth is how many documents one may be inside: a topic's notification in the
// record of a failed invocation.
const maxDepth = 2

// detailTypeRequest is the detail type of an event that is a request.
const detailTypeRequest = "Lark Send Request"

// jobs reads a document of any source but a queue: the payload of the function, or
// the body of a queue's message. A document is a request or a notice; each becomes
// at least one job, but for this product's own results and for what a card's
// handler leaves unchanged.
func (s *Sender) jobs(doc []byte, from origin) []job {
	doc = bytes.TrimSpace(bytes.TrimPrefix(doc, []byte("\ufeff")))
	text, quoted := unquoted(doc)
	if quoted {
		doc = text
	}
	o, ok := readObject(doc)
	if !ok {
		if from.depth == 0 && !quoted && from.source == "invoke" {
			return from.requests(doc) // which says what it is not
		}
		if card, ok := notice.Text(string(doc)); ok {
			return from.one(s.card(card))
		}
		return from.one(s.text(string(doc), from))
	}
	if from.depth > maxDepth {
		return from.fail(errors.New("the request is inside too many other documents"))
	}
	if eventSource(o) == "aws:sns" {
		return s.notifications(doc, from.by("sns", ""))
	}
	return s.object(doc, o, from)
}

// object reads a document that is a JSON object.
func (s *Sender) object(doc []byte, o object, from origin) []job {
	detailType := o.text("detail-type")
	switch {
	case o.isRequest():
		return from.requests(doc)
	case o.text("TopicArn") != "" && o.is("Message", '"'): // SNS, as a queue gets it
		return s.notification(o.text("Subject"), o.text("Message"), from.withID(o.text("MessageId")))
	case detailType != "" && o.text("source") == bus.SendSource:
		return nil // a report on a report would never end
	case detailType == detailTypeRequest:
		return from.by("eventbridge", o.text("id")).requests(o["detail"])
	case o.is("requestContext", '{') && o["requestPayload"] != nil:
		return s.destination(doc, from)
	case o.is("awslogs", '{'):
		return s.logs(o["awslogs"], from.by("notice", ""))
	}
	if card, ok := notice.Card(doc); ok {
		by := from.by("notice", "")
		if detailType != "" {
			by = from.by("eventbridge", o.text("id"))
		}
		by.thread = notice.Thread(doc)
		req := s.card(card)
		if o.text("source") == bus.Source {
			req.Correlation = clickOf(o["detail"]).correlation()
		}
		return by.one(req)
	}
	if from.source == "invoke" && eventSource(o) == "" {
		return from.requests(doc)
	}
	return from.by("notice", "").one(s.card(notice.Object(from.subject, doc)))
}

// notifications reads what an SNS topic sends to the function.
func (s *Sender) notifications(doc []byte, from origin) (all []job) {
	var event events.SNSEvent
	if json.Unmarshal(doc, &event) != nil {
		return from.fail(errors.New("the SNS event cannot be read"))
	}
	for _, r := range event.Records {
		all = append(all, s.notification(r.SNS.Subject, r.SNS.Message, from.withID(r.SNS.MessageID))...)
	}
	return all
}

// notification reads the message of an SNS topic.
func (s *Sender) notification(subject, message string, from origin) []job {
	from.subject = subject
	from.depth++
	return s.jobs([]byte(message), from)
}

// by returns the origin of a document whose own source is known only now, if
// the function was invoked with it. Such a source does not wait.
func (from origin) by(source, id string) origin {
	if from.source == "invoke" {
		from.source, from.async = source, true
	}
	return from.withID(id)
}

// withID returns the origin with the id of a document inside another one: an
// event keeps its id when a rule or a topic delivers it twice, while a queue
// gives each copy another id.
func (from origin) withID(id string) origin {
	if id != "" {
		from.id = id
	}
	return from
}

func (from origin) one(req *request.Request) []job {
	return []job{{origin: from, req: req}}
}

func (from origin) fail(err error) []job { return []job{{origin: from, err: err}} }

// requests reads one request, or a list of them under "requests". Those of a
// list get ids of their own.
func (from origin) requests(doc []byte) []job {
	docs, listed, err := request.Split(doc)
	switch {
	case err != nil:
		return from.fail(err)
	case listed && len(docs) == 0 && from.async:
		return from.fail(errors.New(`field "requests" is empty`))
	}
	jobs := make([]job, len(docs))
	for i, doc := range docs {
		jobs[i] = job{origin: from, listed: listed}
		jobs[i].req, jobs[i].err = request.Parse(doc)
		if listed && from.id != "" {
			jobs[i].id += "#" + strconv.Itoa(i)
		}
	}
	return jobs
}

// unquoted decodes a JSON string. A template of several lines in an EventBridge
// rule becomes one string in each line.
func unquoted(doc []byte) ([]byte, bool) {
	if len(doc) == 0 || doc[0] != '"' {
		return nil, false
	}
	var lines [][]byte
	for line := range bytes.Lines(doc) {
		var text string
		if jsonv2.Unmarshal(line, &text, jsontext.AllowInvalidUTF8(true)) != nil {
			return nil, false
		}
		lines = append(lines, []byte(text))
	}
	return bytes.Join(lines, []byte("\n")), true
}

// object is a JSON object whose values have not been read.
type object map[string]jsontext.Value

// readObject reports whether a document is a JSON object.
func readObject(doc []byte) (object, bool) {
	if len(doc) == 0 || doc[0] != '{' {
		return nil, false
	}
	var o object
	err := jsonv2.Unmarshal(doc, &o, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	return o, err == nil
}

// text returns a string, or "" for a value of another kind.
func (o object) text(name string) (text string) {
	if o.is(name, '"') {
		_ = jsonv2.Unmarshal(o[name], &text, jsontext.AllowInvalidUTF8(true)) // it has been read before
	}
	return text
}

// is reports whether a value is of a kind.
func (o object) is(name string, kind jsontext.Kind) bool { return o[name].Kind() == kind }

// isRequest reports whether the object has a verb with an object, or a list of
// requests.
func (o object) isRequest() bool {
	if o.is("requests", '[') {
		return true
	}
	for name, value := range o {
		if value.Kind() == '{' && request.IsVerb(name) {
			return true
		}
	}
	return false
}

// eventSource returns the service whose records an event of Lambda holds.
func eventSource(o object) string {
	var records []struct{ EventSource string } // eventSource in SQS and S3, EventSource in SNS
	if !o.is("Records", '[') || json.Unmarshal(o["Records"], &records) != nil || len(records) == 0 {
		return ""
	}
	return records[0].EventSource
}
