package ask

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Limits of a card (im-v1/message/create: 30 KB): what is shown of the answers, and
// what a comment may have.
const (
	MaxComment   = 300
	shownComment = 100
	shownAnswers = 10
	// MaxCard is the size in bytes of an open question's card, which leaves room for
	// the answers.
	MaxCard = 18 << 10
)

// component is a component of card JSON 2.0.
type component map[string]any

// Card returns the card of the question as it is now.
func (q *Question) Card() json.RawMessage {
	body := []any{}
	if q.Text != "" {
		body = append(body, component{"tag": "markdown", "content": q.Text})
	}
	body = append(body, q.answersShown()...)
	switch {
	case q.State != Open:
		body = append(body, component{"tag": "hr"}, div(q.stateText(), "notation"))
	case q.Comment:
		body = append(body, q.form())
	default:
		body = append(body, buttonRow(q.buttons()))
	}
	doc, err := json.Marshal(component{
		"schema": "2.0", "config": component{"update_multi": true, "locales": []string{"en_us", "zh_cn"}},
		"header": component{"title": component{"tag": "plain_text", "content": q.Title}, "template": q.color()},
		"body":   component{"elements": body},
	})
	if err != nil {
		return nil // strings, numbers and lists of them always have a JSON
	}
	return doc
}

// color returns the colour of the card's title.
func (q *Question) color() lark.Color {
	switch q.State {
	case Open:
		return lark.Blue
	case Answered:
		if q.choice(q.Answers[len(q.Answers)-1].Choice).Style == lark.Danger {
			return lark.Red
		}
		return lark.Green
	}
	return lark.Grey
}

// choice returns the choice with a value.
func (q *Question) choice(value string) Choice {
	for _, c := range q.Choices {
		if c.Value == value {
			return c
		}
	}
	return Choice{Label: value}
}

// buttons returns a button for each choice. In a form they need a name each, and
// submit it.
func (q *Question) buttons() []component {
	buttons := make([]component, len(q.Choices))
	for i, c := range q.Choices {
		style := c.Style
		if style == "" {
			style = "default"
		}
		buttons[i] = component{
			"tag": "button", "text": component{"tag": "plain_text", "content": c.Label}, "type": style,
			"behaviors": []any{component{"type": "callback", "value": component{valueAsk: q.ID, valueChoice: c.Value}}},
		}
		if q.Comment {
			buttons[i]["name"], buttons[i]["form_action_type"] = fmt.Sprintf("choice_%d", i), "submit"
		}
	}
	return buttons
}

func buttonRow(buttons []component) component {
	columns := make([]any, len(buttons))
	for i, b := range buttons {
		columns[i] = component{"tag": "column", "width": "auto", "elements": []any{b}}
	}
	return component{"tag": "column_set", "flex_mode": "flow", "columns": columns}
}

// form returns the field for a comment with the buttons below it.
func (q *Question) form() component {
	return component{"tag": "form", "name": "answer", "elements": []any{
		component{"tag": "input", "name": fieldComment, "max_length": MaxComment, "width": "fill", "placeholder": textComment.plain()},
		buttonRow(q.buttons()),
	}}
}

// answersShown returns who has answered what and when, the last ones of many, and
// how many answers are still needed.
func (q *Question) answersShown() (rows []any) {
	if len(q.Answers) > shownAnswers {
		rows = append(rows, div(earlierAnswers(len(q.Answers)-shownAnswers), "notation"))
	}
	for _, a := range q.Answers[max(0, len(q.Answers)-shownAnswers):] {
		rows = append(rows, component{"tag": "column_set", "flex_mode": "none", "columns": []any{
			component{"tag": "column", "width": "auto", "vertical_align": "center", "elements": []any{
				component{"tag": "person", "user_id": a.By.OpenID, "size": "small", "show_name": true},
			}},
			component{"tag": "column", "width": "weighted", "weight": 1, "vertical_align": "center", "elements": []any{
				component{"tag": "markdown", "content": fmt.Sprintf("**%s** %s", lark.EscapeMarkdown(q.choice(a.Choice).Label), localTime(a.At))},
			}},
		}})
		if a.Comment != "" {
			rows = append(rows, component{"tag": "div", "text": component{"tag": "plain_text", "content": lark.Truncate(a.Comment, shownComment)}})
		}
	}
	if q.State == Open && q.Quorum > 1 {
		rows = append(rows, div(quorumText(q.Quorum), "notation"))
	}
	return rows
}

// localTime returns a time that Lark shows in the zone of the reader
// (…/content-components/rich-text).
func localTime(at time.Time) string {
	return fmt.Sprintf("<local_datetime millisecond='%d' format_type='date_num'></local_datetime> <local_datetime millisecond='%d' format_type='time'></local_datetime>",
		at.UnixMilli(), at.UnixMilli())
}

func div(text phrase, size string) component {
	plain := text.plain()
	plain["text_size"], plain["text_color"] = size, "grey"
	return component{"tag": "div", "text": plain}
}

// reminderText returns the message that reminds people of the question. It mentions
// those who may answer and have not.
func (q *Question) reminderText() lark.Text {
	var mentions strings.Builder
	for _, id := range q.Who {
		hasAnswer := false
		for _, a := range q.Answers {
			hasAnswer = hasAnswer || a.By.OpenID == id
		}
		if !hasAnswer {
			fmt.Fprintf(&mentions, `<at user_id="%s"></at> `, id)
		}
	}
	return lark.Text(mentions.String() + textReminder.en + " " + textReminder.zh)
}
