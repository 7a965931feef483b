package notice

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// custom returns the card for a custom notification for Amazon Q Developer in chat
// applications (docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html).
// Its texts are in the Markdown of chat applications.
func custom(doc []byte) lark.Card {
	var d struct {
		Content struct {
			TextType, Title, Description string
			NextSteps, Keywords          []string
		}
		Metadata struct {
			Summary, EventType string
			RelatedResources   []string
			AdditionalContext  json.RawMessage
		}
	}
	decode(doc, &d)
	heading := cmp.Or(d.Content.Title, d.Metadata.Summary, d.Metadata.EventType, "Notification")
	summary := d.Metadata.Summary
	if summary == heading {
		summary = ""
	}
	context := leaves(readValue(d.Metadata.AdditionalContext))
	color, _ := namedState(context)
	return event{}.card(chatText(heading), cmp.Or(color, lark.Blue), "",
		chatMarkdown(lark.Truncate(strings.TrimSpace(d.Content.Description), maxText)),
		steps(d.Content.NextSteps),
		fields("Summary", chatText(summary), "Type", d.Metadata.EventType),
		listed("Resources", d.Metadata.RelatedResources),
		plainFields(context, ""),
		lark.Note(short(strings.Join(d.Content.Keywords, " · "))))
}

// Thread returns the id of the thread that a custom notification belongs to. Those with
// the same id are shown in one thread. It returns "" for every other document.
func Thread(doc []byte) string {
	var d struct {
		Source   string
		Metadata struct {
			ThreadID string `json:"threadId"`
		}
	}
	decode(doc, &d)
	if d.Source != "custom" {
		return ""
	}
	return d.Metadata.ThreadID
}

// steps returns the list of what to do next.
func steps(steps []string) lark.Markdown {
	var b strings.Builder
	for i, s := range steps {
		if s = short(strings.ReplaceAll(s, "\n", " ")); s == "" || i >= maxRows {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("**Next steps**")
		}
		b.WriteString("\n- " + string(chatMarkdown(s)))
	}
	return lark.Markdown(b.String())
}
