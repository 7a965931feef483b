package operate_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// person answers every question with what they think of.
type person struct {
	answers []string
	asked   []string // the labels, with * before that of a secret
	read    []string // what was said
}

func (p *person) Line(label string) (string, error) {
	p.asked = append(p.asked, label)
	if len(p.answers) == 0 {
		return "", errors.New("they left")
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer, nil
}

func (p *person) Secret(label string) (string, error) { return p.Line("*" + label) }

func (p *person) Say(text string) { p.read = append(p.read, text) }

func TestAsk(t *testing.T) {
	p := &person{answers: []string{"feishu", "", "cli_1", "s", "", "v"}}
	doc, err := operate.Ask(t.Context(), p, nil, time.Now)
	want := `{"app_id":"cli_1","app_secret":"s","domain":"feishu","verification_token":"v"}`
	if err != nil || string(doc) != want {
		t.Errorf("got %s, %v, want %s", doc, err, want)
	}
	for i, want := range []string{"Domain:", "Type:", "App ID", "*App Secret", "*Encrypt Key", "*Verification Token"} {
		if i >= len(p.asked) || !strings.HasPrefix(p.asked[i], want) {
			t.Errorf("got the questions %q, want %q as number %d", p.asked, want, i+1)
		}
	}
	if _, err := operate.Ask(t.Context(), &person{answers: []string{"", "", "cli_1"}}, nil, time.Now); err == nil || !strings.Contains(err.Error(), "reading app_secret: they left") {
		t.Errorf("got %v, want that they left", err)
	}
}

// A wrong answer is asked for again at once.
func TestAskChecksEachAnswer(t *testing.T) {
	p := &person{answers: []string{"example.com", "lark", "store", "custom", "", "123", "cli_1", "", "a b", "s", "a\x1b", "k", "v"}}
	doc, err := operate.Ask(t.Context(), p, nil, time.Now)
	want := `{"app_id":"cli_1","app_secret":"s","domain":"lark","encrypt_key":"k","type":"custom","verification_token":"v"}`
	if err != nil || string(doc) != want {
		t.Errorf("got %s, %v, want %s", doc, err, want)
	}
	for i, want := range []string{`field "domain"`, `field "type"`, "begins with cli_", "begins with cli_", "is needed", "has a space", "has a space"} {
		if i >= len(p.read) || !strings.Contains(p.read[i], want) {
			t.Errorf("got %q, want %q as line %d", p.read, want, i+1)
		}
	}
}

// Lark is asked about the credentials before the other questions.
func TestAskTriesTheCredentials(t *testing.T) {
	lark := httptest.NewServer(larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: appSecret})))
	defer lark.Close()
	p := &person{answers: []string{lark.URL, "", larktest.AppID, "another", lark.URL, "", larktest.AppID, appSecret, "k", "v"}}
	doc, err := operate.Ask(t.Context(), p, http.DefaultClient, time.Now)
	if err != nil || !strings.Contains(string(doc), `"app_secret":"`+appSecret+`"`) || len(p.answers) > 0 {
		t.Errorf("got %s, %v, want the second secret", doc, err)
	}
	if len(p.read) != 1 || !strings.Contains(p.read[0], "refuses the credentials") {
		t.Errorf("got %q, want one refusal", p.read)
	}
	noSecrets(t, strings.Join(p.read, ""))
}
