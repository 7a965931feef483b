package operate_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// shelf is Parameter Store in memory.
type shelf struct {
	values map[string]string
	err    error
	key    *string // of the last parameter
}

func (s *shelf) PutParameter(_ context.Context, in *ssm.PutParameterInput, _ ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	if s.err != nil {
		return nil, s.err
	}
	if in.Type != types.ParameterTypeSecureString || !aws.ToBool(in.Overwrite) {
		return nil, errors.New("not a SecureString that replaces another")
	}
	s.values[*in.Name], s.key = *in.Value, in.KeyId
	return &ssm.PutParameterOutput{}, nil
}

func (s *shelf) GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return nil, errors.New("operators read all parameters at once")
}

func (s *shelf) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	out := &ssm.GetParametersByPathOutput{}
	for name, value := range s.values {
		out.Parameters = append(out.Parameters, types.Parameter{Name: &name, Value: &value})
	}
	return out, s.err
}

// put stores settings and returns what was stored and said.
func put(t *testing.T, name, doc string, try bool, err error) (*shelf, string, error) {
	t.Helper()
	var out strings.Builder
	s := &shelf{values: map[string]string{}, err: err}
	apps := operate.Apps{Parameters: s, Prefix: "/larkbridge/", Lark: http.DefaultClient, Now: time.Now, Out: &out}
	failed := apps.Put(t.Context(), name, []byte(doc), try)
	noSecrets(t, out.String()+fmt.Sprint(failed))
	return s, out.String(), failed
}

func TestPutChecksBeforeItStores(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		err       error
		want      string
	}{
		{"Ops", settings(nil), nil, "1 to 32 of a-z"},
		{"ops", "no", nil, "not one JSON object"},
		{"ops", settings(map[string]any{"app_id": 7}), nil, `field "app_id": want a string`},
		{"ops", settings(map[string]any{"app_secret": nil}), nil, `field "app_secret" is missing`},
		{"ops", settings(map[string]any{"colour": "red"}), nil, `field "colour" is not a setting`},
		{"ops", settings(map[string]any{"card_toast": strings.Repeat("x", 4096)}), nil, "a parameter takes 4096"},
		{"ops", settings(nil), refusal("AccessDeniedException"), "storing parameter /larkbridge/ops: AccessDeniedException; your credentials need ssm:PutParameter"},
		{"ops", settings(nil), refusal("ValidationException"), "storing parameter /larkbridge/ops: ValidationException"},
	} {
		s, _, err := put(t, c.name, c.doc, false, c.err)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(s.values) != 0 {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestPutSaysWhatToPaste(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]any
		want   string
	}{
		{"default", nil, "events     /event\n  callbacks  /card\n"},
		{"ops", nil, "events     /event/ops\n  callbacks  /card/ops\n"},
		{"ops", map[string]any{"verification_token": nil}, "It receives nothing yet: it has no verification_token"},
		{"ops", map[string]any{"encrypt_key": nil}, "It receives nothing yet: it has no encrypt_key"},
		{"ops", map[string]any{"encrypt_key": nil, "allow_unsigned": true}, "/event/ops"},
	} {
		s, out, err := put(t, c.name, settings(c.change), false, nil)
		if err != nil || !strings.Contains(out, c.want) || s.values["/larkbridge/"+c.name] != settings(c.change) {
			t.Errorf("%v, %q, want %q", err, out, c.want)
		}
	}
}

func TestListNamesFieldsOnly(t *testing.T) {
	var out strings.Builder
	s := &shelf{values: map[string]string{"/larkbridge/b": settings(nil), "/larkbridge/a": `{"app_secret":7}`}}
	apps := operate.Apps{Parameters: s, Prefix: "/larkbridge", Out: &out}
	if err := apps.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "a                 wrong: field \"app_secret\": want a string; field \"app_id\" is missing\n" +
		"b                 app_id app_secret encrypt_key verification_token\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	s.err = refusal("AccessDeniedException")
	if err := apps.List(t.Context()); err == nil || !strings.Contains(err.Error(), "your credentials need ssm:GetParametersByPath") {
		t.Error(err)
	}
	s.values, s.err = nil, nil
	if err := apps.List(t.Context()); err != nil || !strings.Contains(out.String(), "There is no app under /larkbridge") {
		t.Error(err, out.String())
	}
}

func TestPutAndListOnSSM(t *testing.T) {
	var out strings.Builder
	apps := operate.Apps{Parameters: parameters(t), Prefix: "/operate", Lark: http.DefaultClient, Now: time.Now, Out: &out}
	for _, name := range []string{"default", "ops", "ops"} { // it may be repeated
		if err := apps.Put(t.Context(), name, []byte(settings(nil)), false); err != nil {
			t.Fatal(err)
		}
	}
	out.Reset()
	if err := apps.List(t.Context()); err != nil || strings.Count(out.String(), "app_id app_secret encrypt_key verification_token\n") != 2 {
		t.Errorf("%v, %q", err, out.String())
	}
	noSecrets(t, out.String())
}

// Without a key the parameter gets the account's own for Parameter Store, even
// if it had another, and the output says so.
func TestPutUnderAKey(t *testing.T) {
	for _, key := range []string{"", "arn:aws:kms:us-east-1:123456789012:key/k-1"} {
		s, out := &shelf{values: map[string]string{}}, &strings.Builder{}
		apps := operate.Apps{Parameters: s, Prefix: "/larkbridge", Key: key, Now: time.Now, Out: out}
		if err := apps.Put(t.Context(), "ops", []byte(settings(nil)), false); err != nil {
			t.Fatal(err)
		}
		if aws.ToString(s.key) != key || (s.key == nil) != (key == "") {
			t.Errorf("stored under %q, want %q", aws.ToString(s.key), key)
		}
		if want := "Stored as parameter /larkbridge/ops, under " + cmp.Or(key, "the account's own key"); !strings.HasPrefix(out.String(), want) {
			t.Errorf("it says %q, want %q", out, want)
		}
	}
}

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
