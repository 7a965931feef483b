package lark_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/internal/awstest/cases"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// letters are runes that make no white space, no key of a mention and no Markdown.
var letters = []rune(`abcXYZ019äß你好ก😀"\/{}[]:,.-_#*`)

func randomText(rng *rand.Rand) string {
	text := make([]rune, 1+rng.IntN(6))
	for i := range text {
		text[i] = letters[rng.IntN(len(letters))]
	}
	return string(text)
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// No text of a tag is lost, whichever of the shapes of a post or a card the lines
// have, and the order stays.
func TestNoLetterIsLost(t *testing.T) {
	wrappers := []string{
		`{"title":%[1]s,"content":%[2]s}`, `{"content":%[2]s,"title":%[1]s}`, `{"title":%[1]s,"content":[],"content_v2":%[2]s}`,
		`{"zh_cn":{"title":%[1]s,"content":%[2]s}}`, `{"zh_cn":{"title":"","content":[]},"de_de":{"content":%[2]s,"title":%[1]s}}`,
		`{"post":{"en_us":{"title":%[1]s,"content":%[2]s}}}`, `{"post":{"title":%[1]s,"content_v2":%[2]s}}`,
		`{"title":%[1]s,"elements":%[2]s}`, `{"header":{"title":{"tag":"plain_text","content":%[1]s}},"elements":%[2]s}`,
		`{"schema":"2.0","header":{"title":{"tag":"plain_text","content":%[1]s}},"body":{"elements":%[2]s}}`,
		`{"header":{"title":{"tag":"plain_text","content":%[1]s}},"i18n_elements":{"en_us":%[2]s}}`,
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		title := randomText(rng)
		want := []string{title}
		newText := func() string {
			text := randomText(rng)
			want = append(want, text)
			return text
		}
		var lines []any
		for range 1 + rng.IntN(4) {
			line := []any{}
			for range rng.IntN(4) {
				line = append(line, randomTag(rng, newText))
			}
			lines = append(lines, line)
		}
		lines = append(lines, []any{map[string]any{"tag": "text", "text": newText()}})
		content := fmt.Sprintf(wrappers[rng.IntN(len(wrappers))], toJSON(t, title), toJSON(t, lines))
		kind := []string{"post", "interactive"}[rng.IntN(2)]
		got := textOf(t, receiveMessage(t, testApp(), messageOf(t, kind, content)))
		rest := got
		for _, w := range want {
			_, after, found := strings.Cut(rest, w)
			if !found {
				t.Fatalf("got %q, want %q of %q in it\n%s", got, w, want, content)
			}
			rest = after
		}
		if strings.Contains(got, "\n\n") || strings.TrimSpace(got) != got {
			t.Fatalf("got %q, want no empty lines", got)
		}
	}
}

// randomTag returns a tag whose texts are from newText.
func randomTag(rng *rand.Rand, newText func() string) map[string]any {
	switch rng.IntN(10) {
	case 0:
		return map[string]any{"tag": "img", "image_key": "img_1"}
	case 1:
		return map[string]any{"tag": "a", "text": newText(), "href": "https://" + newText()}
	case 2:
		return map[string]any{"tag": "emotion", "emoji_type": newText()}
	case 3:
		return map[string]any{"tag": []string{"md", "markdown", "code_block"}[rng.IntN(3)], "content": newText()}
	case 4:
		return map[string]any{"tag": "note", "elements": []any{map[string]any{"tag": "img"}, randomTag(rng, newText)}}
	case 5:
		return map[string]any{"tag": "div", "text": map[string]any{"tag": "plain_text", "content": newText()}}
	case 6:
		return map[string]any{"tag": "at", "user_id": "ou_1", "user_name": newText()}
	}
	return map[string]any{"tag": []string{"text", "quote", "button"}[rng.IntN(3)], "text": newText()}
}

// A key is replaced by the name of its own mention or not at all: never by that
// of a mention whose key it contains.
func TestNoKeyInsideAnother(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var mentions []string
		names := map[int]string{}
		for _, n := range rng.Perm(130)[:rng.IntN(20)] {
			names[n] = string(rune('A'+n%26)) + "-" + string(rune('A'+n/26))
			mentions = append(mentions, fmt.Sprintf(`{"key":"@_user_%d","name":%q,"mentioned_type":"user"}`, n, names[n]))
		}
		var text, want strings.Builder
		for range 1 + rng.IntN(8) {
			n := rng.IntN(130)
			key := fmt.Sprintf("@_user_%d", n)
			text.WriteString(key)
			if name, ok := names[n]; ok {
				key = "@" + name
			}
			want.WriteString(key)
			sep := []string{" ", "", "你", "x", ", ", "\n"}[rng.IntN(6)]
			text.WriteString(sep)
			want.WriteString(sep)
		}
		message := messageOf(t, "text", `{"text":`+toJSON(t, text.String())+`}`, mentions...)
		if got, want := textOf(t, receiveMessage(t, testApp(), message)), strings.TrimSpace(want.String()); got != want {
			t.Fatalf("got %q, want %q for %q", got, want, text.String())
		}
	}
}

// Whatever white space is at the ends, with or without the own bot's mention, the
// text begins and ends with a letter.
func TestWhiteSpaceAtTheEnds(t *testing.T) {
	spaces := []rune(" \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff")
	rng := rand.New(rand.NewPCG(5, 6))
	randomSpace := func() string {
		s := make([]rune, rng.IntN(4))
		for i := range s {
			s[i] = spaces[rng.IntN(len(spaces))]
		}
		return string(s)
	}
	for range 500 {
		want := randomText(rng) + randomSpace() + randomText(rng)
		text := randomSpace() + strings.Repeat("@_user_1"+randomSpace(), rng.IntN(3))
		if strings.HasSuffix(text, "1") && want[0] >= '0' && want[0] <= '9' {
			text += " " // else the key is another
		}
		text += want + randomSpace()
		content := `{"text":` + toJSON(t, text) + `}`
		if rng.IntN(2) == 0 {
			content = `{"content":[[{"tag":"img"}],[{"tag":"text","text":` + toJSON(t, text) + `}],[]]}`
		}
		kind := "text"
		if strings.Contains(content, "content") {
			kind = "post"
		}
		if got := textOf(t, receiveMessage(t, testApp(), messageOf(t, kind, content, opsBot))); got != want {
			t.Fatalf("got %q, want %q for %q", got, want, text)
		}
	}
}

// Whatever the content and the mentions are, the message is one JSON object in
// which no name stands twice, and the content is there.
func FuzzMessage(f *testing.F) {
	for _, c := range cases.Inbound(f) {
		var m struct {
			Kind     string `json:"message_type"`
			Content  json.RawMessage
			Mentions json.RawMessage
		}
		if c.Given.Message != nil && json.Unmarshal(c.Given.Message, &m) == nil {
			var content string
			if json.Unmarshal(m.Content, &content) == nil {
				f.Add(m.Kind, content, string(m.Mentions))
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind, content, mentions string) {
		if !json.Valid([]byte(mentions)) || !utf8.ValidString(mentions) {
			mentions = "[]"
		}
		message := fmt.Sprintf(`{"message_type":%s,"content":%s,"mentions":%s}`, toJSON(t, kind), toJSON(t, content), mentions)
		body := `{"schema":"2.0","header":{"event_type":"im.message.receive_v1","token":"` + larktest.VerificationToken + `"},"event":{"message":` + message + `}}`
		cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body)), now)
		if err != nil {
			return // what the standard library takes and jsontext does not: half of a surrogate pair
		}
		var fields struct{ Content json.RawMessage }
		if err := jsonv2.Unmarshal(cb.Event.Message, &fields); err != nil { // it refuses duplicate names
			var duplicate *jsontext.SyntacticError
			if !errors.As(err, &duplicate) || !errors.Is(duplicate.Err, jsontext.ErrDuplicateName) || strings.Count(string(duplicate.JSONPointer), "/") < 2 {
				t.Errorf("got %s, %v", cb.Event.Message, err)
			}
		}
		if !json.Valid(cb.Event.Message) {
			t.Errorf("got %s, want JSON", cb.Event.Message)
		}
		if text := textOf(t, cb.Event.Message); !utf8.ValidString(text) {
			t.Errorf("got %q, want UTF-8", text)
		}
	})
}
