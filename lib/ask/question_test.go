package ask

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

var asked = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func newQuestion(quorum int, who ...string) *Question {
	q := &Question{ID: "a1", App: "default", Title: "Go?", Quorum: quorum, Who: who, Life: 60, MessageID: "om_1",
		Choices: []Choice{{Label: "Yes", Value: "yes"}, {Label: "No", Value: "no", Ends: true}}}
	q.open(asked)
	return q
}

func TestVerdicts(t *testing.T) {
	yes := Click{ID: "1", AskID: "a1", Choice: "yes", OpenID: "ou_1", MessageID: "om_1"}
	changed := func(change func(*Click)) Click { c := yes; change(&c); return c }
	for _, tt := range []struct {
		name   string
		quorum int
		click  Click
		after  time.Duration
		want   Verdict
		state  State
	}{
		{"an answer", 1, yes, 0, Counts, Answered},
		{"one of two", 2, yes, 0, Counts, Open},
		{"one that ends", 2, changed(func(c *Click) { c.Choice = "no" }), 0, Counts, Answered},
		{"the last moment", 1, yes, time.Minute - 1, Counts, Answered},
		{"the end itself", 1, yes, time.Minute, TooLate, Expired},
		{"another person", 1, changed(func(c *Click) { c.OpenID = "ou_2" }), 0, NotAllowed, Open},
		{"nobody", 1, changed(func(c *Click) { c.OpenID = "" }), 0, NotAllowed, Open},
		{"another card", 1, changed(func(c *Click) { c.MessageID = "om_2" }), 0, NotHere, Open},
		{"another choice", 1, changed(func(c *Click) { c.Choice = "maybe" }), 0, NotHere, Open},
	} {
		q := newQuestion(tt.quorum, "ou_1", "ou_3")
		if got := q.answer(tt.click, asked.Add(tt.after)); got != tt.want || q.State != tt.state {
			t.Errorf("%s: got the verdict %d and a question that is %s, want %d and %s", tt.name, got, q.State, tt.want, tt.state)
		}
	}
}

// Until the quorum is reached people change their mind; a click that comes twice
// changes nothing.
func TestChangeOfMind(t *testing.T) {
	q := newQuestion(2)
	q.Choices[1].Ends = false
	for i, tt := range []struct {
		click, person, choice string
		want                  Verdict
	}{
		{"1", "ou_1", "yes", Counts}, {"1", "ou_1", "yes", Repeated}, {"2", "ou_1", "no", Counts}, {"1", "ou_1", "yes", Repeated},
		{"3", "ou_1", "no", Repeated}, {"4", "ou_2", "yes", Counts}, {"5", "ou_2", "no", Counts}, {"6", "ou_1", "yes", TooLate},
	} {
		if got := q.answer(Click{ID: tt.click, Choice: tt.choice, OpenID: tt.person, MessageID: "om_1"}, asked); got != tt.want {
			t.Errorf("click %d: got the verdict %d, want %d", i, got, tt.want)
		}
	}
	if r := q.Result(); r == nil || r.Choice != "no" || r.By.OpenID != "ou_2" || len(r.Answers) != 2 || len(q.Unpublished) != 4 {
		t.Errorf("got %+v and %d events, want the no of ou_2, two answers and four events", r, len(q.Unpublished))
	}
}

// The largest card fits into the answer to a click.
func TestLargestCard(t *testing.T) {
	q := newQuestion(10)
	q.Text = strings.Repeat("字", 5500)
	for i := range 91 {
		q.answer(Click{ID: string(rune('a' + i)), Choice: "yes", OpenID: strings.Repeat("o", 35) + string(rune('a'+i)), MessageID: "om_1", Comment: strings.Repeat("字", 400)}, asked)
		q.State = Open
	}
	q.end(Answered, asked)
	reply := lark.CardReply{Card: &lark.CardBody{Type: "raw", Data: q.Card()}}
	if doc, err := reply.Encode(false); err != nil {
		t.Errorf("got %v for %d bytes, want a card that Lark takes", err, len(doc))
	}
	if got := len([]rune(q.Answers[0].Comment)); got != 300 {
		t.Errorf("got a comment of %d characters, want 300", got)
	}
}

// A token is in what the table keeps, and in nothing else that a question makes.
func TestTokenIsKept(t *testing.T) {
	q := newQuestion(1)
	q.Step = Step{TaskToken: "secret-token"}
	doc, err := q.encode()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := decode(doc)
	if err != nil || kept.Step != q.Step {
		t.Errorf("got %v, %v, want the step as it was", kept, err)
	}
	if strings.Contains(string(q.Card()), "secret") {
		t.Error("the token is in the card")
	}
}
