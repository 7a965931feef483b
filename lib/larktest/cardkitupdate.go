package larktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"time"
	"unicode/utf8"
)

var cardKitRoutes = []route{
	{"POST", "/open-apis/cardkit/v1/cards", tenantToken, createCard},
	{"PUT", "/open-apis/cardkit/v1/cards/{id}", tenantToken, replaceCard},
	{"PATCH", "/open-apis/cardkit/v1/cards/{id}/settings", tenantToken, patchSettings},
	{"PUT", "/open-apis/cardkit/v1/cards/{id}/elements/{element}/content", tenantToken, streamText},
}

// entityChange has the fields that each call to change a card entity has.
type entityChange struct {
	UUID     string `json:"uuid"`
	Sequence int    `json:"sequence"`
}

// changeEntity applies a change to the card entity in the path, if its uuid is new and
// its sequence is higher than that of every change before. A change that fails uses
// neither up.
func (p *Platform) changeEntity(x *exchange, b entityChange, change func(*entity) *failure) (any, *failure) {
	e := p.entity(x.PathValue("id"))
	var c check
	c.maxLen("uuid", b.UUID, 64)
	switch {
	case e == nil:
		return nil, fail(200740, "The card entity does not exist")
	case e.AppID != x.app.ID || e.tenant != x.tenant:
		return nil, fail(300311, "The current application does not have permission to update/use this card")
	case x.time.Sub(e.CreateTime) > entityLife:
		return nil, fail(200750, "The card entity has expired")
	case c.failure() != nil:
		return nil, c.failure()
	case e.uuids[b.UUID]:
		return nil, fail(200770, "UUID conflict")
	case b.Sequence <= e.Sequence || b.Sequence > math.MaxInt32:
		return nil, fail(300317, "ErrMsg: sequence number compare failed; ")
	case p.interacting(e, x.time):
		return nil, fail(200810, "The card is in an ongoing interaction and cannot be updated")
	}
	if f := change(e); f != nil {
		return nil, f
	}
	e.Sequence = b.Sequence
	if b.UUID != "" {
		e.uuids[b.UUID] = true
	}
	return nil, nil
}

// interacting reports whether a click on the card has no reply yet.
func (p *Platform) interacting(e *entity, now time.Time) bool {
	for _, c := range p.clicks {
		if e.message != nil && c.message == e.message.ID && !c.replied && now.Sub(c.time) < interactionLife {
			return true
		}
	}
	return false
}

// countChange refuses more than entityRate changes in a second. Lark documents no code
// for it; users have seen that of the messages.
func (e *entity) countChange(now time.Time) *failure {
	for len(e.recent) > 0 && now.Sub(e.recent[0]) >= time.Second {
		e.recent = e.recent[1:]
	}
	if len(e.recent) >= entityRate {
		return chatThrottled()
	}
	e.recent = append(e.recent, now)
	return nil
}

// replaceCard is "cardkit-v1/card/update".
func replaceCard(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		entityChange
		Card struct {
			Type string `json:"type"`
			Data string `json:"data"`
		} `json:"card"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.oneOf("card.type", b.Card.Type, []string{"card_json"})
	c.required("card.data", b.Card.Data)
	if f := c.failure(); f != nil {
		return nil, f
	}
	return p.changeEntity(x, b.entityChange, func(e *entity) *failure {
		streaming, f := checkEntity(b.Card.Data)
		if f == nil {
			f = e.countChange(x.time)
		}
		if f == nil {
			e.setContent(b.Card.Data, x.time)
			e.setStreaming(streaming, x.time)
		}
		return f
	})
}

// patchSettings is "cardkit-v1/card/settings".
func patchSettings(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		entityChange
		Settings string `json:"settings"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var settings struct {
		Config map[string]any `json:"config"`
	}
	if json.Unmarshal([]byte(b.Settings), &settings) != nil {
		return nil, fail(300122, "Failed to update card configuration")
	}
	return p.changeEntity(x, b.entityChange, func(e *entity) *failure {
		content := e.decoded()
		config, _ := content["config"].(map[string]any)
		if config == nil {
			config = map[string]any{}
		}
		maps.Copy(config, settings.Config)
		content["config"] = config
		streaming, f := checkEntity(string(encode(content)))
		if f == nil {
			f = e.countChange(x.time)
		}
		if f != nil {
			return f
		}
		e.setContent(string(encode(content)), x.time)
		if settings.Config["streaming_mode"] != nil {
			e.setStreaming(streaming, x.time)
		}
		return nil
	})
}

// decoded returns the content of the entity.
func (e *entity) decoded() map[string]any {
	var content map[string]any
	_ = json.Unmarshal([]byte(e.content()), &content) // cannot fail: it was checked
	return content
}

// maxStreamed is how many characters a call that streams text takes.
const maxStreamed = 100_000

// streamText is "cardkit-v1/card-element/content".
func streamText(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		entityChange
		Content string `json:"content"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	if n := utf8.RuneCountInString(b.Content); n < 1 || n > maxStreamed {
		c.add("content", "", "must have 1 to %d characters", maxStreamed)
	}
	if f := c.failure(); f != nil {
		return nil, f
	}
	return p.changeEntity(x, b.entityChange, func(e *entity) *failure {
		switch {
		case !e.Streaming:
			return fail(300309, "ErrMsg: streaming mode is closed; ")
		case e.timedOut(x.time):
			e.Streaming = false
			return fail(200850, "ErrMsg: card streaming timeout; ")
		}
		content, f := e.withText(x.PathValue("element"), b.Content)
		if f == nil {
			_, f = checkEntity(content)
		}
		if f == nil {
			e.setContent(content, x.time)
		}
		return f
	})
}

// withText returns the content of the entity with another text in one of its elements.
func (e *entity) withText(elementID, text string) (string, *failure) {
	content := e.decoded()
	for component := range componentsOf(content["body"]) {
		if component["element_id"] != elementID {
			continue
		}
		if tag := component["tag"]; tag != "markdown" && tag != "plain_text" {
			return "", fail(300310, "Only update text")
		}
		component["content"] = text
		return string(encode(content)), nil
	}
	return "", fail(300313, fmt.Sprintf("ErrMsg: not find elementID: %s; ", elementID))
}
