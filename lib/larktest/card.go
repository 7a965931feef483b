package larktest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// card is the part of a card that has rules here.
type card struct {
	Schema string          `json:"schema"`
	Type   string          `json:"type"`
	Data   json.RawMessage `json:"data"`
	Config struct {
		UpdateMulti *bool `json:"update_multi"`
	} `json:"config"`
	Header       json.RawMessage `json:"header"`
	Elements     json.RawMessage `json:"elements"`
	I18nElements json.RawMessage `json:"i18n_elements"`
	Body         *struct {
		Elements []any `json:"elements"`
	} `json:"body"`
	OpenIDs []string `json:"open_ids"`
}

// goneInV2 are the tags of schema 1 that schema 2 refuses ("card-json-v2-breaking-changes").
var goneInV2 = []string{"action", "note"}

// badCard is the failure code with a sub-code in the message, as the platform nests it.
func badCard(code, sub int, detail string) *failure {
	return fail(code, fmt.Sprintf("Failed to create card content, ext=ErrCode: %d; ErrMsg: %s", sub, detail))
}

// checkCard checks the outline of a card: its schema, a template or a card entity.
func checkCard(raw []byte, code int) *failure {
	c, err := parseCard(raw)
	if err != nil {
		return badCard(code, 200621, "parse card json err, please check whether the card json is correct; ErrorValue: "+err.Error())
	}
	switch {
	case c.Type == "template":
		return checkReference(c, "template_id", code)
	case c.Type == "card":
		return checkReference(c, "card_id", code)
	case c.Schema == "2.0":
		return checkV2(c, code)
	case c.Schema != "" && c.Schema != "1.0":
		return badCard(code, 200621, "unknown schema "+c.Schema)
	case c.Elements == nil && c.I18nElements == nil && c.Header == nil:
		return badCard(code, 200621, "card has no elements")
	}
	return nil
}

func parseCard(raw []byte) (card, error) {
	var c card
	err := json.Unmarshal(raw, &c)
	return c, err
}

// checkReference wants an id in the data of a template or card entity.
func checkReference(c card, field string, code int) *failure {
	var data map[string]json.RawMessage
	if json.Unmarshal(c.Data, &data) != nil || text(data[field]) == "" {
		return badCard(code, 200380, "template does not exist, data has no "+field)
	}
	return nil
}

func checkV2(c card, code int) *failure {
	if c.Elements != nil || c.Body == nil {
		return badCard(code, 200621, "a card of schema 2.0 has its elements in body")
	}
	if tag := findTag(c.Body.Elements, goneInV2); tag != "" {
		return badCard(code, 200861, "cards of schema V2 no longer support this capability; ErrorValue: unsupported tag "+tag)
	}
	return nil
}

// findTag returns the first of tags that occurs in v.
func findTag(v any, tags []string) string {
	switch v := v.(type) {
	case map[string]any:
		if tag, _ := v["tag"].(string); slices.Contains(tags, tag) {
			return tag
		}
		for _, e := range v {
			if tag := findTag(e, tags); tag != "" {
				return tag
			}
		}
	case []any:
		for _, e := range v {
			if tag := findTag(e, tags); tag != "" {
				return tag
			}
		}
	}
	return ""
}

// HasButtons reports whether the message is a card with buttons. What is in a
// template is not known here.
func (m *Message) HasButtons() bool {
	var content any
	return m.MsgType == "interactive" && json.Unmarshal([]byte(m.Content), &content) == nil &&
		findTag(content, []string{"button"}) != ""
}

// shared reports whether all who see the card see its updates: schema 1 must
// say so, schema 2 and templates are taken to unless they deny it.
func (c card) shared() bool {
	if c.Config.UpdateMulti != nil {
		return *c.Config.UpdateMulti
	}
	return c.Schema == "2.0" || c.Type != ""
}
