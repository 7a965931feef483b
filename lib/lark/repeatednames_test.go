package lark_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Whatever names an envelope, a header or an old click repeats, and whatever
// names of the other style it has, no name stands twice in the header or in a
// click, and the header says what was checked.
func TestNoNameTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	names := []string{"event_id", "event_type", "create_time", "app_id", "tenant_key", "type", "uuid", "ts", "operator", "context",
		"open_id", "user_id", "x", "X", "region", `\u0078`}
	// extra returns members with random names, of which some are repeated.
	extra := func() string {
		var all strings.Builder
		for range rng.IntN(8) {
			all.WriteString(`,"` + names[rng.IntN(len(names))] + `":"other"`)
		}
		return all.String()
	}
	const token = larktest.VerificationToken
	accepted := map[string]int{}
	for range 3000 {
		for style, body := range map[string]string{
			"schema 1.0": `{"token":"` + token + `","uuid":"u1","type":"event_callback","event":{"type":"t1","app_id":"` + larktest.AppID + `"}` + extra() + `}`,
			"schema 2.0": `{"schema":"2.0","header":{"token":"` + token + `","event_type":"t1","app_id":"` + larktest.AppID + `"` + extra() + `},"event":{}}`,
			"old click":  `{"open_id":"ou_1","open_message_id":"om_1","token":"c-1","action":{"tag":"button"}` + extra() + `}`,
		} {
			cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body)), now)
			if err != nil {
				continue // the repeated name was one that is checked
			}
			accepted[style]++
			header := membersOnce(t, style, cb.Event.Header)
			if header["event_type"] != cb.Event.Type || header["app_id"] != larktest.AppID {
				t.Fatalf("%s: the header says %v of %v, want what was checked, %s of %s", style, header["event_type"], header["app_id"], cb.Event.Type, larktest.AppID)
			}
			membersOnce(t, style, cb.Event.Body)
		}
	}
	if len(accepted) != 3 {
		t.Errorf("got %v, want accepted callbacks of all three styles", accepted)
	}
}

// membersOnce returns the members of an object in which no name may stand twice.
func membersOnce(t *testing.T, style string, doc json.RawMessage) (members map[string]any) {
	t.Helper()
	if err := jsonv2.Unmarshal(doc, &members); err != nil { // it refuses a name that stands twice
		t.Fatalf("%s: got %s, want JSON without a name twice: %v", style, doc, err)
	}
	return members
}
