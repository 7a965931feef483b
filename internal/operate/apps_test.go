package operate_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/larktest"
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
	if in.Type != types.ParameterTypeSecureString {
		return nil, errors.New("not a SecureString")
	}
	if _, exists := s.values[*in.Name]; exists && !aws.ToBool(in.Overwrite) {
		return nil, &types.ParameterAlreadyExists{}
	}
	s.values[*in.Name], s.key = *in.Value, in.KeyId
	return &ssm.PutParameterOutput{}, nil
}

func (s *shelf) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	out := &ssm.GetParametersByPathOutput{}
	for name, value := range s.values {
		out.Parameters = append(out.Parameters, types.Parameter{Name: &name, Value: &value})
	}
	return out, s.err
}

func (s *shelf) GetParameter(_ context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	value, ok := s.values[*in.Name]
	if s.err == nil && !ok {
		return nil, &types.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{Value: &value}}, s.err
}

func (s *shelf) DeleteParameter(_ context.Context, in *ssm.DeleteParameterInput, _ ...func(*ssm.Options)) (*ssm.DeleteParameterOutput, error) {
	if _, ok := s.values[*in.Name]; s.err == nil && !ok {
		return nil, &types.ParameterNotFound{}
	}
	if s.err == nil {
		delete(s.values, *in.Name)
	}
	return &ssm.DeleteParameterOutput{}, s.err
}

// at returns the outputs of a stack whose settings are under a prefix.
func at(prefix string) operate.Outputs { return operate.Outputs{Prefix: prefix} }

// put stores settings and returns what was stored and said.
func put(t *testing.T, name, doc string, try bool, err error) (*shelf, string, error) {
	t.Helper()
	var out printed
	s := &shelf{values: map[string]string{}, err: err}
	apps := operate.Apps{Parameters: s, Outputs: at("/larkbridge/"), Lark: http.DefaultClient, Now: time.Now}
	failed := out.add(apps.Put(t.Context(), name, []byte(doc), try, false))
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
		{"default", nil, "    events     /event\n    callbacks  /card\n  They begin as the stack's outputs EventUrl and CardUrl"},
		{"ops", nil, "    events     /event/ops\n    callbacks  /card/ops\n"},
		{"ops", nil, "Next, in the Lark console, https://open.larksuite.com/app/" + larktest.AppID + ":\n"},
		{"ops", nil, "    im:message:send_as_bot             to send messages\n"},
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

// Without a key the parameter gets the account's own for Parameter Store, even
// if it had another, and the output says so.
func TestPutUnderAKey(t *testing.T) {
	for _, key := range []string{"", "arn:aws:kms:us-east-1:123456789012:key/k-1"} {
		s, out := &shelf{values: map[string]string{}}, &printed{}
		apps := operate.Apps{Parameters: s, Outputs: at("/larkbridge"), Key: key, Now: time.Now}
		if err := out.add(apps.Put(t.Context(), "ops", []byte(settings(nil)), false, false)); err != nil {
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

// The URLs are whole if the stack's outputs are known.
func TestPutPrintsWholeURLs(t *testing.T) {
	var out printed
	apps := operate.Apps{
		Parameters: &shelf{values: map[string]string{}}, Now: time.Now,
		Outputs: operate.Outputs{Prefix: "/larkbridge", EventURL: "https://x.example/event/", CardURL: "https://x.example/card"},
	}
	if err := out.add(apps.Put(t.Context(), "ops", []byte(settings(nil)), false, false)); err != nil {
		t.Fatal(err)
	}
	if want := "    events     https://x.example/event/ops\n    callbacks  https://x.example/card/ops\n  and add the event"; !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant %s", out.String(), want)
	}
}

func TestPutReplacesOnlyIfAsked(t *testing.T) {
	s := &shelf{values: map[string]string{"/larkbridge/ops": "old"}}
	apps := operate.Apps{Parameters: s, Outputs: at("/larkbridge"), Now: time.Now}
	if _, err := apps.Put(t.Context(), "ops", []byte(settings(nil)), false, false); !errors.Is(err, operate.ErrStored) || s.values["/larkbridge/ops"] != "old" {
		t.Errorf("got %v and %q, want ErrStored and the old settings", err, s.values["/larkbridge/ops"])
	}
	if _, err := apps.Put(t.Context(), "ops", []byte(settings(nil)), false, true); err != nil || s.values["/larkbridge/ops"] != settings(nil) {
		t.Errorf("got %v and %q, want the new settings", err, s.values["/larkbridge/ops"])
	}
}
