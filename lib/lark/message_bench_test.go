package lark_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// BenchmarkPost is a post of 30 KB, the largest that Lark takes, from its delivery
// to the event.
func BenchmarkPost(b *testing.B) {
	line := `[{"tag":"text","text":"the quick brown fox","style":["bold"]},{"tag":"a","href":"https://example.com/7","text":"jumps"}]`
	content, err := json.Marshal(`{"title":"Plan","content":[` + strings.TrimSuffix(strings.Repeat(line+",", 30_000/len(line)), ",") + `]}`)
	if err != nil {
		b.Fatal(err)
	}
	body := `{"schema":"2.0","header":{"event_type":"im.message.receive_v1","token":"` + larktest.VerificationToken + `"},` +
		`"event":{"message":{"message_type":"post","content":` + string(content) + `}}}`
	req := signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body))
	app := testApp()
	b.SetBytes(int64(len(req.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.Receive(req, now); err != nil {
			b.Fatal(err)
		}
	}
}
