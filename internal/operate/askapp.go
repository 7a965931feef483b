package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Terminal asks the operator for values.
type Terminal interface {
	Line(label string) (string, error)
	// Secret asks as Line does, without showing what is typed.
	Secret(label string) (string, error)
	// Say prints one line.
	Say(text string)
}

// question asks for one field of the settings. An empty answer leaves the field out.
type question struct {
	field, label string
	secret       bool
	// check returns what is wrong with an answer, so that it is asked for again.
	check func(answer string) error
}

// questions are the settings that every app has. The domain is first, because Lark is
// asked there about the answers.
var questions = [...]question{
	{"domain", "Domain: lark, feishu or a base URL (empty: lark)", false, checkDomain},
	{"type", "Type: custom or marketplace (empty: custom)", false, checkType},
	{"app_id", "App ID", false, checkAppID},
	{"app_secret", "App Secret", true, checkSecret},
	{"encrypt_key", "Encrypt Key (empty: none)", true, checkOptional},
	{"verification_token", "Verification Token (empty: none)", true, checkOptional},
}

// Ask asks for the settings of an app and returns them as its document. It checks each
// answer at once, and asks for it again if it is wrong. Lark is asked about the
// credentials, unless doer is nil.
func Ask(ctx context.Context, t Terminal, doer lark.HTTPDoer, now func() time.Time) ([]byte, error) {
	settings := map[string]string{}
	for i := 0; i < len(questions); i++ {
		q := questions[i]
		answer, err := q.ask(t)
		if err != nil {
			return nil, err
		}
		delete(settings, q.field)
		if answer != "" {
			settings[q.field] = answer
		}
		if q.field == "app_secret" && doer != nil {
			if refused := tryAnswers(ctx, settings, doer, now); refused != nil {
				t.Say(oneLine(refused))
				i = -1 // any of the answers until here may be the wrong one
			}
		}
	}
	return encodeSettings(settings)
}

func encodeSettings(settings map[string]string) ([]byte, error) {
	doc, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return doc, nil
}

// ask asks until the answer is right.
func (q question) ask(t Terminal) (string, error) {
	ask := t.Line
	if q.secret {
		ask = t.Secret
	}
	for {
		answer, err := ask(q.label)
		if err != nil {
			return "", fmt.Errorf("reading %s: %w", q.field, err)
		}
		wrong := q.check(answer)
		if wrong == nil {
			return answer, nil
		}
		t.Say(wrong.Error())
	}
}

// tryAnswers returns an error if Lark refuses the credentials that were answered.
func tryAnswers(ctx context.Context, settings map[string]string, doer lark.HTTPDoer, now func() time.Time) error {
	doc, err := encodeSettings(settings)
	if err != nil {
		return err
	}
	app, err := lark.ParseApp(lark.DefaultApp, doc)
	if err != nil {
		return err
	}
	if app.Type == lark.Marketplace {
		return nil
	}
	c := appChecks{app: app, domainSetting: "the domain"}
	if err := tryCredentials(ctx, lark.NewClient(app, lark.WithHTTPClient(doer), lark.WithClock(now)), app); err != nil {
		c.credentialsFailed(err)
	}
	return c.Refused
}

// checkDomain checks a domain as the settings of an app do.
func checkDomain(answer string) error { return checkField("domain", answer) }

func checkType(answer string) error { return checkField("type", answer) }

// checkField returns what the settings of an app say of a field, if it is set.
func checkField(field, answer string) error {
	if answer == "" {
		return nil
	}
	doc, err := encodeSettings(map[string]string{"app_id": "-", "app_secret": "-", field: answer})
	if err != nil {
		return err
	}
	_, err = lark.ParseApp(lark.DefaultApp, doc)
	return err
}

func checkAppID(answer string) error {
	if !strings.HasPrefix(answer, "cli_") || strings.ContainsFunc(answer, notInCredential) {
		return errors.New("an App ID begins with cli_: copy it from Credentials & Basic Info in the Lark console")
	}
	return nil
}

func checkSecret(answer string) error {
	if answer == "" {
		return errors.New("the App Secret is needed: copy it from Credentials & Basic Info in the Lark console")
	}
	return checkOptional(answer)
}

func checkOptional(answer string) error {
	if strings.ContainsFunc(answer, notInCredential) {
		return errors.New("this has a space or a control character, which no value of the Lark console has: copy it once more")
	}
	return nil
}

func notInCredential(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
