package request

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// content is one of the fields that give the content of a message.
type content struct {
	field string
	given bool
	what  lark.Content // nil where the field is empty
}

// value is content of one text: a text, a key or an id.
func value[T interface {
	~string
	lark.Content
}](field string, text *string) content {
	c := content{field: field, given: text != nil}
	if c.given && *text != "" {
		c.what = T(*text)
	}
	return c
}

// object is content that is given as Lark takes it.
func object(field, msgType string, doc Object) content {
	return content{field: field, given: doc != nil, what: lark.Raw{MsgType: msgType, Content: doc}}
}

// choose returns the one content that is given. raw is msg_type and content,
// which go together.
func choose(where, msgType string, raw Object, list ...content) (content, error) {
	if (msgType != "") != (raw != nil) {
		return content{}, fmt.Errorf("field %q: msg_type and content go together", where)
	}
	list = append(list, object("content", msgType, raw))
	fields := make([]field, len(list))
	for i, c := range list {
		fields[i] = field{c.field, c.given}
	}
	name, err := oneGiven(where, fields...)
	if err != nil {
		return content{}, err
	}
	c := list[slices.IndexFunc(list, func(c content) bool { return c.field == name })]
	if c.what == nil {
		return content{}, fmt.Errorf("field %q is empty", where+"."+name)
	}
	return c, nil
}

// FitText returns the beginning of a text that fits into a message. Its JSON
// stands in a JSON string, so that some characters take more bytes than they
// have.
func FitText(text string) string {
	const others = 1 << 10 // bytes of the call beside the text
	size := 0
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			size += 4
		case r == '\n' || r == '\t' || r == '\r' || r == '\b' || r == '\f':
			size += 3
		case r < ' ':
			size += 7
		default:
			size += utf8.RuneLen(r)
		}
		if size > maxBody-others {
			return text[:i] + "…"
		}
	}
	return text
}

// Sizes of a call's body in bytes (im-v1/message/create).
const (
	maxBody = 150 << 10
	maxCard = 30 << 10 // of cards and posts
)

// fits checks the size of a call's body.
func (c content) fits(where string, body []byte) error {
	limit := maxBody
	switch lark.MsgType(c.what) {
	case lark.MsgInteractive, lark.MsgPost:
		limit = maxCard
	}
	return fits(where, len(body), limit)
}

func fits(where string, size, limit int) error {
	if size > limit {
		return fmt.Errorf("field %q: the call has %d bytes, and Lark takes %d: make it shorter", where, size, limit)
	}
	return nil
}
