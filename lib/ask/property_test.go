package ask_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// scenario is what happens to one question.
type scenario struct {
	spec     ask.Question
	token    string
	deadline time.Duration // when the step times out by itself
	clicks   []plannedClick
	withdraw time.Duration // 0 is never
}

type plannedClick struct {
	after time.Duration // since it was asked
	ask.Click
}

// newScenario makes up a question with clicks: rivals at the same moment, second
// deliveries, people who may not answer, changes of mind, and clicks at the very
// moment at which the question ends.
func (f *fixture) newScenario(i int) scenario {
	life := []time.Duration{time.Minute, time.Hour, 36 * time.Hour}[f.intn(3)]
	s := scenario{token: fmt.Sprintf("secret-token-%d", i), deadline: life + time.Hour}
	s.spec = ask.Question{
		ID: fmt.Sprintf("q%d", i), App: "default", Title: "Release?", Quorum: 1 + f.intn(3), Life: ask.Seconds(life / time.Second), Comment: f.intn(2) == 0,
		Choices: []ask.Choice{{Label: "Approve", Value: "approve"}, {Label: "Reject", Value: "reject", Style: lark.Danger, Ends: f.intn(2) == 0}},
		Step:    ask.Step{TaskToken: lark.Secret(s.token)},
	}
	if f.intn(3) > 0 {
		s.spec.Who = people[:max(2, s.spec.Quorum)]
	}
	if f.intn(4) == 0 {
		s.deadline = life / 2 // the state machine's own time-out comes first
	}
	if f.intn(10) == 0 {
		s.withdraw = life / 3
	}
	if f.intn(4) == 0 {
		s.spec.RemindEvery = s.spec.Life / 4
	}
	for n := range f.intn(8) {
		c := plannedClick{after: time.Duration(f.intn(int(life/time.Second))) * time.Second, Click: ask.Click{
			ID: fmt.Sprintf("click-%d-%d", i, n), AskID: s.spec.ID, Choice: []string{"approve", "approve", "reject", "other"}[f.intn(4)],
			OpenID: people[f.intn(len(people))], MessageID: "om_" + s.spec.ID,
		}}
		switch f.intn(6) {
		case 0:
			c.after = life // at the moment of its end
		case 1:
			s.clicks = append(s.clicks, c) // delivered twice
		case 2:
			if n > 0 {
				c.after = s.clicks[len(s.clicks)-1].after // a rival at the same moment
			}
		case 3:
			c.MessageID = "om_forwarded"
		}
		s.clicks = append(s.clicks, c)
	}
	return s
}

// run lets a scenario happen.
func (f *fixture) run(s scenario) {
	f.mu.Lock()
	f.steps[s.token] = &step{deadline: time.Now().Add(s.deadline)}
	f.cards["om_forwarded"] = &card{}
	f.mu.Unlock()
	for attempt := 0; ; attempt++ { // as from a queue
		ctx, inv, cancel := f.begin(50 * time.Second)
		_, err := f.asks.Ask(ctx, f, lark.ToChat("oc_1"), s.spec, s.spec.ID)
		cancel()
		if err == nil && !inv.dead() {
			break
		}
		time.Sleep(time.Second)
	}
	for _, c := range s.clicks {
		f.running.Go(func() {
			time.Sleep(c.after)
			f.click(s.spec.App, c.Click)
		})
	}
	if s.withdraw > 0 {
		f.running.Go(func() {
			time.Sleep(s.withdraw)
			ctx, _, cancel := f.begin(50 * time.Second)
			defer cancel()
			_, _ = f.asks.Withdraw(ctx, f, s.spec.App, s.spec.ID)
		})
	}
}

// check compares what the workflow got, what the card shows and who has decided.
func (f *fixture) check(s scenario) {
	f.t.Helper()
	q, step, card := f.question(s.spec.App, s.spec.ID), f.steps[s.token], f.cards["om_"+s.spec.ID]
	fail := func(format string, args ...any) {
		f.t.Helper()
		f.t.Errorf("%s (%s, %s, step %+v): %s; the card shows %q", q.ID, q.State, q.Report, *step, fmt.Sprintf(format, args...), card.texts())
	}
	if q.State == ask.Open || q.Report == ask.Pending {
		fail("got a question that is not settled")
	}
	if card.hasButtons() {
		fail("got a card that still takes clicks")
	}
	timedOut := step.output == "" && step.failure == ""
	shows := func(text string) bool { return strings.Contains(card.doc, text) }
	switch {
	case timedOut && !shows("no longer waited") && !shows("not known"):
		fail("got a card that does not say that the step had ended")
	case !timedOut && shows("no longer waited"):
		fail("got a card that says that the step had ended")
	case shows("not known") && f.faults == 0:
		fail("got a card that is unsure, though no call has failed")
	case step.output != "" && !shows("has been answered"), strings.Contains(step.failure, "NoAnswer") && !shows("Nobody"),
		strings.Contains(step.failure, "Withdrawn") && !shows("withdrawn"):
		fail("got a card that says otherwise than the workflow got")
	}
	if q.State == ask.Answered {
		f.checkDecision(q, fail)
	}
	if step.output != "" {
		var got ask.Result
		if err := json.Unmarshal([]byte(step.output), &got); err != nil || got.Choice != q.Result().Choice || got.AskID != q.ID || !shows(map[string]string{"approve": "Approve", "reject": "Reject"}[got.Choice]) {
			fail("the output has the choice %q, %v", got.Choice, err)
		}
	}
	f.checkEvents(q, fail)
}

// checkDecision checks that those who may answer have decided, and nobody else.
func (f *fixture) checkDecision(q *ask.Question, fail func(string, ...any)) {
	last, same := q.Answers[len(q.Answers)-1], 0
	persons := map[string]bool{}
	for _, a := range q.Answers {
		if len(q.Who) > 0 && !slices.Contains(q.Who, a.By.OpenID) {
			fail("%s has answered, who may not", a.By.OpenID)
		}
		if persons[a.By.OpenID] || !a.At.Before(q.Expires) {
			fail("got %+v twice or too late", a)
		}
		persons[a.By.OpenID] = true
		if a.Choice == last.Choice {
			same++
		}
	}
	if same < q.Quorum && !(last.Choice == "reject" && q.Choices[1].Ends) {
		fail("%d answers have decided, want %d", same, q.Quorum)
	}
}

// checkEvents checks that every answer is on the bus.
func (f *fixture) checkEvents(q *ask.Question, fail func(string, ...any)) {
	for _, a := range q.Answers {
		found := false
		for _, doc := range f.published {
			found = found || strings.Contains(doc, `"`+q.ID+`"`) && strings.Contains(doc, a.By.OpenID) && strings.Contains(doc, `"`+a.Choice+`"`)
		}
		if !found {
			fail("the answer of %s is not on the bus", a.By.OpenID)
		}
	}
}

// TestQuestions lets questions happen while calls fail, hang and are late, and
// functions crash.
//
// `make proof` asks 10,000 questions; without it there are 1,200.
func TestQuestions(t *testing.T) {
	const perRun = 100
	questions := 1_200
	if os.Getenv("LARKBRIDGE_PROOF") != "" {
		questions = 10_000
	}
	for _, faults := range []int{0, 5, 15, 30} {
		t.Run(fmt.Sprintf("faults=%d%%", faults), func(t *testing.T) {
			for b := range questions / perRun / 4 {
				synctest.Test(t, func(t *testing.T) {
					f := newFixture(t, uint64(faults*1000+b), faults)
					var scenarios []scenario
					for i := range perRun {
						s := f.newScenario(i)
						scenarios = append(scenarios, s)
						f.running.Go(func() { f.run(s) })
					}
					f.running.Wait()
					f.redrive()
					for _, s := range scenarios {
						f.check(s)
					}
					f.checkSecrets()
				})
			}
		})
	}
}

// checkSecrets checks that no token has left the table but for the workflow.
func (f *fixture) checkSecrets() {
	f.t.Helper()
	texts := append(append([]string{}, f.published...), f.bodies...)
	for _, c := range f.cards {
		texts = append(texts, c.doc)
	}
	for _, text := range texts {
		if strings.Contains(text, "secret-token") {
			f.t.Fatalf("a token is in %s", text)
		}
	}
}
