package operate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// person answers every question with what they think of.
type person struct {
	answers []string
	hidden  []string // the labels of the secrets asked for
}

func (p *person) Line(string) (string, error) {
	if len(p.answers) == 0 {
		return "", errors.New("they left")
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer, nil
}

func (p *person) Secret(label string) (string, error) {
	p.hidden = append(p.hidden, label)
	return p.Line(label)
}

func TestAsk(t *testing.T) {
	p := &person{answers: []string{"cli_1", "s", "", "v", "feishu", ""}}
	doc, err := operate.Ask(p)
	want := `{"app_id":"cli_1","app_secret":"s","domain":"feishu","verification_token":"v"}`
	if err != nil || string(doc) != want {
		t.Errorf("%v, got %s, want %s", err, doc, want)
	}
	if len(p.hidden) != 3 || !slices.Contains(p.hidden, "App Secret") {
		t.Errorf("hidden are %q", p.hidden)
	}
	if _, err := operate.Ask(&person{answers: []string{"cli_1"}}); err == nil || !strings.Contains(err.Error(), "reading app_secret: they left") {
		t.Error(err)
	}
}
