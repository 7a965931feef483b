package send

import (
	"encoding/json"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// card makes a request that shows a card to the default target. Without one its
// plan says that the receiver is missing.
func (s *Sender) card(card lark.Card) *request.Request {
	doc, err := json.Marshal(card)
	if err != nil {
		return s.text(card.Title, origin{})
	}
	return &request.Request{App: lark.DefaultApp, Message: &request.Message{To: request.NewTarget(s.DefaultTo), Card: doc}}
}

// mention matches the beginning of a mention in a text.
var mention = lazy.Regexp(`(?i)<(/?at\b)`)

// text makes a request that shows a text to the default target, below the
// subject that it came with. It notifies nobody, and is cut to what Lark takes.
func (s *Sender) text(message string, from origin) *request.Request {
	if from.subject != "" {
		message = from.subject + "\n" + message
	}
	const zeroWidthSpace = "\u200b"
	message = request.FitText(mention().ReplaceAllString(message, "<"+zeroWidthSpace+"$1"))
	return &request.Request{App: lark.DefaultApp, Message: &request.Message{To: request.NewTarget(s.DefaultTo), Text: &message}}
}
