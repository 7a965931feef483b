package larktest

import (
	"encoding/json"
	"iter"
	"strconv"
	"time"
)

// Rules of a card entity ("cardkit-v1/card/create", "cardkit-v1/card-element/content").
const (
	entityLife    = 14 * 24 * time.Hour
	streamingLife = 10 * time.Minute
	maxComponents = 200
	// interactionLife is how long a click's callback can be without a reply: Lark waits 3 s
	// for it ("cardkit-v1/card-callback-communication").
	interactionLife = 3 * time.Second
	// entityRate is how many calls in a second change one card; those that stream text
	// do not count.
	entityRate = 10
)

// CardEntity is the present state of a card entity of CardKit.
type CardEntity struct {
	ID    string
	AppID string
	// MessageID is the message that shows it, "" until it is sent.
	MessageID string
	Content   string // card JSON
	// Streaming reports whether it is in streaming mode.
	Streaming  bool
	Sequence   int // of the last change
	CreateTime time.Time
}

// entity is a card entity. Once it is sent, the content of its message is its content.
type entity struct {
	CardEntity
	tenant  string
	message *Message
	opened  time.Time       // when streaming mode was turned on
	uuids   map[string]bool // of the changes
	recent  []time.Time     // of the changes that count for entityRate
}

// CardEntities returns the card entities, in order of their creation.
func (p *Platform) CardEntities() []CardEntity {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []CardEntity
	for _, e := range p.entities {
		c := e.CardEntity
		if e.message != nil {
			c.MessageID = e.message.ID
		}
		c.Content, c.Streaming = e.content(), e.Streaming && !e.timedOut(p.now())
		all = append(all, c)
	}
	return all
}

func (e *entity) content() string {
	if e.message != nil {
		return e.message.Content
	}
	return e.Content
}

func (e *entity) setContent(content string, now time.Time) {
	e.Content = content
	if e.message != nil {
		e.message.setCard(content, now)
	}
}

// timedOut reports whether streaming mode has turned itself off.
func (e *entity) timedOut(now time.Time) bool { return now.Sub(e.opened) >= streamingLife }

func (e *entity) setStreaming(on bool, now time.Time) {
	if e.Streaming = on; on {
		e.opened = now
	}
}

// entity returns the card entity with this id, or nil.
func (p *Platform) entity(id string) *entity {
	for _, e := range p.entities {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// createCard is "cardkit-v1/card/create".
func createCard(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		Type string `json:"type"`
		Data string `json:"data"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.oneOf("type", b.Type, []string{"card_json"})
	c.required("data", b.Data)
	if f := c.failure(); f != nil {
		return nil, f
	}
	streaming, f := checkEntity(b.Data)
	if f != nil {
		return nil, f
	}
	p.serial++
	e := &entity{tenant: x.tenant, uuids: map[string]bool{}, CardEntity: CardEntity{
		ID: "7355" + strconv.Itoa(1e15+p.serial), AppID: x.app.ID, Content: b.Data, CreateTime: x.time,
	}}
	e.setStreaming(streaming, x.time)
	p.entities = append(p.entities, e)
	return map[string]any{"card_id": e.ID}, nil
}

// checkEntity checks the card JSON of an entity and reports whether it is in streaming
// mode.
func checkEntity(content string) (streaming bool, f *failure) {
	var all struct {
		Schema string
		Config struct {
			StreamingMode bool `json:"streaming_mode"`
		}
	}
	if json.Unmarshal([]byte(content), &all) != nil {
		return false, fail(200220, "Failed to generate card content")
	}
	if all.Schema != "2.0" {
		return false, fail(300303, "Only schema 2.0 is supported")
	}
	if len(content) > maxCard {
		return false, fail(200860, "Card content exceeds limit.")
	}
	c, f := parseCard([]byte(content), 200220)
	if f != nil {
		return false, f
	}
	if !c.shared() {
		return false, fail(300302, "update_multi property is false")
	}
	elementIDs := map[string]bool{}
	components := 0
	for component := range componentsOf(any(c.Body.Elements)) {
		components++
		id, _ := component["element_id"].(string)
		if elementIDs[id] {
			return false, fail(300301, "Duplicate element_id in card component.")
		}
		elementIDs[id] = id != ""
	}
	if components > maxComponents {
		return false, fail(300305, "The number of card components exceeds 200")
	}
	return all.Config.StreamingMode, nil
}

// componentsOf yields the objects in v that have a tag.
func componentsOf(v any) iter.Seq[map[string]any] {
	var walk func(v any, yield func(map[string]any) bool) bool
	walk = func(v any, yield func(map[string]any) bool) bool {
		switch v := v.(type) {
		case map[string]any:
			if v["tag"] != nil && !yield(v) {
				return false
			}
			for _, inner := range v {
				if !walk(inner, yield) {
					return false
				}
			}
		case []any:
			for _, inner := range v {
				if !walk(inner, yield) {
					return false
				}
			}
		}
		return true
	}
	return func(yield func(map[string]any) bool) { walk(v, yield) }
}

// sendEntity makes m show the card entity that its content names. An entity is sent
// once; what Lark answers the second time is not documented, so it is the answer for
// an id that it does not know.
func (p *Platform) sendEntity(x *exchange, m *Message) *failure {
	c, err := decodeCard([]byte(m.Content))
	if err != nil || m.MsgType != "interactive" || c.Type != "card" {
		return nil
	}
	var data struct {
		CardID string `json:"card_id"`
	}
	_ = json.Unmarshal(c.Data, &data) // cannot fail: checkReference has read it
	e := p.entity(data.CardID)
	if e == nil || e.AppID != x.app.ID || e.tenant != x.tenant || e.message != nil {
		return badCard(230099, 11310, "cardid is invalid")
	}
	m.Content = e.Content
	e.message = m
	return nil
}
