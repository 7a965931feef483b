package notice

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// custom is the card for a custom notification for Amazon Q Developer in chat
// applications (docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html).
//
// Its description may be Markdown of another chat's kind ("client-markdown");
// it is shown as it was written.
func custom(doc []byte) lark.Card {
	var d struct {
		Content struct {
			Title, Description  string
			NextSteps, Keywords []string
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
	values, nested := scalars(d.Metadata.AdditionalContext)
	return event{}.card(heading, lark.Blue, "",
		text(d.Content.Description),
		steps(d.Content.NextSteps),
		fields("Summary", summary, "Type", d.Metadata.EventType),
		listed("Resources", d.Metadata.RelatedResources),
		values,
		code(nested),
		lark.Note(short(strings.Join(d.Content.Keywords, " · "))))
}

// steps shows what to do next, as a list.
func steps(steps []string) lark.Markdown {
	var b strings.Builder
	for i, s := range steps {
		if s = short(strings.ReplaceAll(s, "\n", " ")); s == "" || i >= maxRows {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("**Next steps**")
		}
		b.WriteString("\n- " + lark.EscapeMarkdown(s))
	}
	return lark.Markdown(b.String())
}
