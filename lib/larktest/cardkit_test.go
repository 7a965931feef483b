package larktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const streamingCard = `{"schema":"2.0","config":{"streaming_mode":true},"body":{"elements":[{"tag":"markdown","element_id":"text","content":""},{"tag":"hr","element_id":"line"}]}}`

func (b *fixture) createCard(content string) reply {
	b.t.Helper()
	return b.post("/open-apis/cardkit/v1/cards", object{"type": "card_json", "data": content})
}

// newCard creates a card in streaming mode and returns its id.
func (b *fixture) newCard() string {
	b.t.Helper()
	return b.createCard(streamingCard).want(0).data().string("card_id")
}

func entityContent(cardID string) string {
	return `{"type":"card","data":{"card_id":"` + cardID + `"}}`
}

// stream calls the API that streams text.
func (b *fixture) stream(cardID, text string, sequence int, uuid string) reply {
	b.t.Helper()
	return b.call("PUT", "/open-apis/cardkit/v1/cards/"+cardID+"/elements/text/content", object{"content": text, "sequence": sequence, "uuid": uuid})
}

func (b *fixture) settings(cardID, config string, sequence int) reply {
	b.t.Helper()
	return b.call("PATCH", "/open-apis/cardkit/v1/cards/"+cardID+"/settings", object{"settings": `{"config":` + config + `}`, "sequence": sequence})
}

func TestCreateCardRefusals(t *testing.T) {
	components := func(n int) string {
		return `{"schema":"2.0","body":{"elements":[` + strings.TrimSuffix(strings.Repeat(`{"tag":"hr"},`, n), ",") + `]}}`
	}
	for name, tt := range map[string]struct {
		content string
		code    int
	}{
		"schema 1.0":             {`{"elements":[]}`, 300303},
		"no JSON":                {"x", 200220},
		"schema 1.0's elements":  {`{"schema":"2.0","elements":[]}`, 200220},
		"not shared":             {`{"schema":"2.0","config":{"update_multi":false},"body":{"elements":[]}}`, 300302},
		"30 KB":                  {`{"schema":"2.0","body":{"elements":[]},"x":"` + strings.Repeat("x", 30<<10) + `"}`, 200860},
		"an element_id twice":    {strings.Replace(streamingCard, `"line"`, `"text"`, 1), 300301},
		"200 components":         {components(200), 0},
		"more than 200":          {components(201), 300305},
		"an image without a key": {`{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"![a](https://a.b/c.png)"}]}}`, 200220},
		"good":                   {streamingCard, 0},
	} {
		t.Run(name, func(t *testing.T) { newFixture(t).createCard(tt.content).want(tt.code) })
	}
	newFixture(t).post("/open-apis/cardkit/v1/cards", object{"type": "html", "data": "x"}).want(99992402)
}

func TestCardEntityIsSentOnce(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	send := func(uuid string) reply {
		return b.post("/open-apis/im/v1/messages?receive_id_type=chat_id",
			object{"receive_id": "oc_1", "msg_type": "interactive", "content": entityContent(id), "uuid": uuid})
	}
	message := send("u").want(0).data().string("message_id")
	if second := send("u").want(0).data().string("message_id"); second != message {
		t.Errorf("with the same uuid: got %s, want %s", second, message)
	}
	send("v").want(230099)
	b.sendRaw("oc_1", "interactive", entityContent("7355")).want(230099)
	own := b.newCard()
	b.token = b.tenantToken("cli_2", "s2")
	b.sendRaw("oc_1", "interactive", entityContent(own)).want(230099)
	b.stream(own, "x", 1, "").want(300311)

	all := b.CardEntities()
	if len(all) != 2 || all[0].MessageID != message || all[1].MessageID != "" {
		t.Errorf("got %+v, want the first one sent as %s", all, message)
	}
}

// What the message shows grows with its card entity.
func TestStreamText(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	message := b.sendRaw("oc_1", "interactive", entityContent(id)).want(0).data().string("message_id")
	shown := func(want string) {
		t.Helper()
		content, _ := b.Card(message)
		if !strings.Contains(string(content), fmt.Sprintf(`"content":%q`, want)) {
			t.Errorf("got %s, want the text %q", content, want)
		}
	}
	b.stream(id, "The answer", 1, "u1").want(0)
	shown("The answer")
	b.stream(id, "The answer is 42", 5, "u2").want(0)
	shown("The answer is 42")
	for name, tt := range map[string]struct {
		path, text, uuid string
		sequence, code   int
	}{
		"the same sequence":       {id + "/elements/text", "x", "u3", 5, 300317},
		"sequence 0":              {id + "/elements/text", "x", "u3", 0, 300317},
		"sequence over int32":     {id + "/elements/text", "x", "u3", 1 << 31, 300317},
		"the same uuid":           {id + "/elements/text", "x", "u1", 6, 200770},
		"a long uuid":             {id + "/elements/text", "x", strings.Repeat("u", 65), 6, 99992402},
		"no text":                 {id + "/elements/text", "", "u3", 6, 99992402},
		"more than 100,000":       {id + "/elements/text", strings.Repeat("x", 100_001), "u3", 6, 99992402},
		"more than 30 KB":         {id + "/elements/text", strings.Repeat("x", 30<<10), "u3", 6, 200860},
		"an unknown element":      {id + "/elements/title", "x", "u3", 6, 300313},
		"an element without text": {id + "/elements/line", "x", "u3", 6, 300310},
		"an unknown card":         {"7355/elements/text", "x", "u3", 6, 200740},
	} {
		t.Run(name, func(t *testing.T) {
			b.call("PUT", "/open-apis/cardkit/v1/cards/"+tt.path+"/content", object{"content": tt.text, "sequence": tt.sequence, "uuid": tt.uuid}).want(tt.code)
		})
	}
	shown("The answer is 42")
	// What was refused has used neither its uuid nor its sequence up.
	b.stream(id, "The answer is 42.", 6, "u3").want(0)
	shown("The answer is 42.")
}

func TestStreamingModeEnds(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	b.clock.advance(10*time.Minute - time.Second)
	b.stream(id, "a", 1, "").want(0)
	b.clock.advance(time.Second)
	b.stream(id, "ab", 2, "").want(200850) // once, as users have seen
	b.stream(id, "ab", 2, "").want(300309)
	b.settings(id, `{"summary":{"content":"x"}}`, 2).want(0)
	b.stream(id, "ab", 3, "").want(300309)
	b.settings(id, `{"streaming_mode":true}`, 3).want(0)
	b.stream(id, "ab", 4, "").want(0)
	if !b.CardEntities()[0].Streaming {
		t.Error("got a closed card, want an open one")
	}
	b.settings(id, `{"streaming_mode":false}`, 4).want(300317)
	b.settings(id, `{"streaming_mode":false}`, 5).want(0)
	b.stream(id, "abc", 6, "").want(300309)
	if e := b.CardEntities()[0]; e.Streaming || e.Sequence != 5 || !strings.Contains(e.Content, `"streaming_mode":false`) {
		t.Errorf("got %+v, want a closed card of sequence 5", e)
	}
	b.settings(id, `not JSON`, 6).want(300122)
	b.clock.advance(14 * 24 * time.Hour)
	b.token = b.tenantToken("cli_1", "s1")
	b.settings(id, `{"streaming_mode":true}`, 6).want(200750)
}

func TestReplaceCard(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	replace := func(content string, sequence int) reply {
		return b.call("PUT", "/open-apis/cardkit/v1/cards/"+id, object{"card": object{"type": "card_json", "data": content}, "sequence": sequence})
	}
	replace(`{"elements":[]}`, 1).want(300303)
	replace("", 1).want(99992402)
	closed := strings.Replace(streamingCard, "true", "false", 1)
	replace(closed, 1).want(0)
	if e := b.CardEntities()[0]; e.Streaming || e.Content != closed {
		t.Errorf("got %+v, want the new content", e)
	}
}

// While a click on the card has no reply, nothing changes the card.
func TestInteractionInProgress(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	message := b.sendRaw("oc_1", "interactive", entityContent(id)).want(0).data().string("message_id")
	token := b.Click(message, "ou_1")
	b.stream(id, "a", 1, "").want(200810)
	b.Answered(token)
	b.stream(id, "a", 1, "").want(0)
	b.Click(message, "ou_1")
	b.stream(id, "ab", 2, "").want(200810)
	b.clock.advance(3 * time.Second) // Lark waits no longer for the reply
	b.stream(id, "ab", 2, "").want(0)
}

// 10 changes a second; streamed text does not count.
func TestRateOfChanges(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	sequence := 0
	next := func() int { sequence++; return sequence }
	for range 10 {
		b.settings(id, `{"streaming_mode":true}`, next()).want(0)
	}
	for range 20 {
		b.stream(id, "a", next(), "").want(0)
	}
	b.settings(id, `{"streaming_mode":true}`, next()).want(230020)
	b.clock.advance(time.Second)
	b.settings(id, `{"streaming_mode":true}`, next()).want(0)
}

func TestEntityContentIsJSON(t *testing.T) {
	b := newFixture(t)
	id := b.newCard()
	b.stream(id, "a \"quoted\" <b>\n", 1, "").want(0)
	if e := b.CardEntities()[0]; !json.Valid([]byte(e.Content)) || !strings.Contains(e.Content, `<b>\n`) {
		t.Errorf("got %s, want the text as JSON", e.Content)
	}
}
