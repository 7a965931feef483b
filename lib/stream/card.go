package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// MaxFrame is how many bytes a frame may have.
	MaxFrame = 8 << 10
	// TextElement is the element_id of the component that shows the text.
	TextElement = "text"
	// maxSummary is how many characters of the text the list of chats shows.
	maxSummary = 60
)

// object is a JSON object.
type object = map[string]any

// CheckFrame returns an error if a document is no card around a text: card JSON 2.0. Its
// text goes into the component of the body whose element_id is [TextElement], a markdown
// or a plain_text; without one, into a markdown component at the end.
func CheckFrame(frame json.RawMessage) error {
	card, err := decodeFrame(frame)
	switch {
	case err != nil:
		return err
	case len(frame) > MaxFrame:
		return fmt.Errorf("the card has %d bytes, and the frame of a stream takes %d", len(frame), MaxFrame)
	case card["schema"] != "2.0":
		return errors.New(`want card JSON 2.0, with "schema":"2.0"`)
	}
	for _, name := range []string{"config", "body"} {
		if _, ok := card[name].(object); card[name] != nil && !ok {
			return fmt.Errorf("want an object in %s", name)
		}
	}
	body, _ := card["body"].(object)
	if _, ok := body["elements"].([]any); body["elements"] != nil && !ok {
		return errors.New("want a list in body.elements")
	}
	return nil
}

func decodeFrame(frame json.RawMessage) (card object, err error) {
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	if err := d.Decode(&card); err != nil || card == nil {
		return nil, errors.New("want an object")
	}
	return card, nil
}

// cardJSON returns the card that shows a text in a frame, nil for none.
func cardJSON(frame json.RawMessage, text string, streaming bool) (string, error) {
	card := object{"schema": "2.0"}
	if frame != nil {
		var err error
		if card, err = decodeFrame(frame); err != nil {
			return "", err
		}
	}
	config, _ := card["config"].(object)
	card["config"] = withMode(config, text, streaming)
	body, _ := card["body"].(object)
	if body == nil {
		body = object{}
		card["body"] = body
	}
	if !setText(body, text) {
		elements, _ := body["elements"].([]any)
		body["elements"] = append(elements, object{"tag": "markdown", "element_id": TextElement, "content": text})
	}
	return encode(card)
}

// withMode sets the streaming mode in the config of a card, nil for none. The list of
// chats shows that the text is being written until the mode is off, and the summary then.
func withMode(config object, text string, streaming bool) object {
	if config == nil {
		config = object{}
	}
	config["streaming_mode"] = streaming
	config["update_multi"] = true
	switch {
	case streaming && config["streaming_config"] == nil:
		// 60 characters a second: about as fast as a language model writes.
		config["streaming_config"] = object{
			"print_frequency_ms": object{"default": 50}, "print_step": object{"default": 3}, "print_strategy": "fast",
		}
	case !streaming:
		config["summary"] = object{"content": summary(text)}
	}
	return config
}

// setText sets the content of the component that shows the text, and reports whether
// there is one.
func setText(v any, text string) bool {
	switch v := v.(type) {
	case object:
		if v["element_id"] == TextElement {
			v["content"] = text
			return true
		}
		for _, inner := range v {
			if setText(inner, text) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if setText(inner, text) {
				return true
			}
		}
	}
	return false
}

// summary returns the first line of a text that is not empty, cut.
func summary(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if utf8.RuneCountInString(line) > maxSummary {
			return string([]rune(line)[:maxSummary]) + "…"
		}
		return line
	}
	return ""
}

// encode writes JSON without escaping <, > and &: Lark counts the bytes.
func encode(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("encoding the card: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
