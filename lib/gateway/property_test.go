package gateway_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Whatever stands before the function's segment, a stage or the mapping key of a
// custom domain, the app of the path gets the request, and no other app does:
// each has an encrypt key of its own, so only its own requests are accepted.
func TestAnyPathReachesItsApp(t *testing.T) {
	w := newFixture(t)
	apps := []string{"default", "ops", "a-1", "events", "prod"}
	sign := map[string]lark.App{}
	for _, app := range apps {
		key := "encrypt-key-of-" + app
		w.docs[app] = settings(map[string]any{"encrypt_key": key})
		sign[app] = lark.App{EncryptKeys: []lark.EncryptKey{lark.NewEncryptKey(lark.Secret(key))}, VerificationTokens: []lark.Secret{larktest.VerificationToken}}
	}
	message := payload(t, "im.message.receive_v1")
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	for range 3000 {
		var segments []string
		for range rng.IntN(4) {
			segments = append(segments, pick("prod", "$default", "lark", "event", "card", "ops", "v1.2", "%2F", "events", "EVENT"))
		}
		segments = append(segments, pick("event", "card"))
		app := pick(apps...)
		if app != "default" || rng.IntN(2) == 0 {
			segments = append(segments, app)
		}
		path := "/" + strings.Join(segments, "/") + pick("", "/")
		for _, signer := range apps {
			d := sign[signer]
			delivery := d.Sign(message, now)
			reply := w.Serve(t.Context(), gateway.Request{Method: http.MethodPost, Path: path, Header: delivery.Header, Body: delivery.Body})
			status := http.StatusUnauthorized
			if signer == app {
				status = http.StatusOK
			}
			if reply.Status != status {
				t.Fatalf("%s, signed by %s: got %d, want %d", path, signer, reply.Status, status)
			}
		}
	}
}

// No path at all makes the gateway fail or accept what no app has signed.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/event", "/lark/event/ops/", "//", "event/../card", "/event/%00", "/card/event/card"} {
		f.Add(path, "")
	}
	f.Add("/event", "ops")
	f.Fuzz(func(t *testing.T, path, app string) {
		w := newFixture(t)
		w.docs["ops"] = settings(nil)
		stranger := lark.App{EncryptKeys: []lark.EncryptKey{lark.NewEncryptKey("of-a-stranger")}, VerificationTokens: []lark.Secret{"no-token-of-ours"}}
		d := stranger.Sign(payload(t, "im.message.receive_v1"), now)
		reply := w.Serve(t.Context(), gateway.Request{Method: http.MethodPost, Path: path, App: app, Header: d.Header, Body: d.Body})
		if reply.Status != http.StatusUnauthorized && reply.Status != http.StatusNotFound || len(w.types()) > 0 {
			t.Errorf("%q %q: got %d and %d entries, want 401 or 404 and none", path, app, reply.Status, len(w.types()))
		}
	})
}

// occurrence is something that happened at Lark, which Lark may deliver many
// times: each delivery says it under the ids that Lark keeps, beside others that
// it makes anew.
type occurrence struct {
	kind string
	n    int
}

// delivery returns the nth delivery of the occurrence.
func (o occurrence) delivery(t *testing.T, rng *rand.Rand, at time.Time) lark.Delivery {
	eventID := fmt.Sprintf("event-%d-%d", o.n, rng.IntN(1e9))
	header := map[string]any{"event_id": eventID, "app_id": larktest.AppID, "token": larktest.VerificationToken, "create_time": "1735689600123"}
	doc := map[string]any{"schema": "2.0", "header": header}
	var refreshToken string
	switch o.kind {
	case "message": // by the message id
		header["event_type"] = "im.message.receive_v1"
		doc["event"] = map[string]any{"message": map[string]any{"message_id": fmt.Sprintf("om_%d", o.n), "message_type": "text", "content": `{"text":"hi"}`}}
	case "event": // by the event id
		header["event_type"], header["event_id"] = "im.message.recalled_v1", fmt.Sprintf("event-%d", o.n)
		doc["event"] = map[string]any{"message_id": "om_1", "delivery": rng.IntN(1e9)}
	case "schema 1.0": // by the uuid
		doc = map[string]any{"type": "event_callback", "uuid": fmt.Sprintf("uuid-%d", o.n), "token": larktest.VerificationToken, "ts": "1735689600.1",
			"event": map[string]any{"type": "leave_approvalV2", "app_id": larktest.AppID, "delivery": rng.IntN(1e9)}}
	case "click": // by the token of the click
		header["event_type"] = "card.action.trigger"
		doc["event"] = map[string]any{"token": fmt.Sprintf("c-%d", o.n), "action": map[string]any{"tag": "button", "value": map[string]any{}}}
	case "old click": // by the header
		refreshToken = fmt.Sprintf("refresh-%d", o.n)
		doc = map[string]any{"open_id": "ou_1", "open_message_id": "om_1", "token": fmt.Sprintf("c-%d", rng.IntN(1e9)), "action": map[string]any{"tag": "button", "value": map[string]any{}}}
	}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	d := delivery(at, body)
	if refreshToken != "" {
		d.Header.(http.Header).Set("X-Refresh-Token", refreshToken)
	}
	return d
}

// Whatever Lark delivers, in whatever order and how often, through two instances
// and both endpoints, is on the bus once; and no two things that happened are
// taken for one.
func TestEachOccurrenceIsPublishedOnce(t *testing.T) {
	kinds := []string{"message", "event", "schema 1.0", "click", "old click"}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		w := newFixture(t)
		var deliveries []occurrence
		want := map[string]int{} // of each detail type
		for n := range 40 {
			o := occurrence{kinds[rng.IntN(len(kinds))], n}
			want[detailType(o.kind)]++
			deliveries = append(deliveries, slices.Repeat([]occurrence{o}, 1+rng.IntN(5))...)
		}
		rng.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		for _, o := range deliveries {
			path := []string{"/event", "/card", "/event/default"}[rng.IntN(3)]
			if o.kind == "old click" {
				path = "/card"
			}
			if reply := w.post(t, path, o.delivery(t, rng, w.clock)); reply.Status != http.StatusOK {
				t.Fatalf("%v at %s: got %d, want 200", o, path, reply.Status)
			}
			w.clock = w.clock.Add(time.Duration(rng.IntN(240)) * time.Second)
		}
		got := map[string]int{}
		for _, e := range w.bus.Entries() {
			got[e.DetailType]++
		}
		for detailType, n := range want {
			if got[detailType] != n {
				t.Fatalf("%s: got %d entries, want %d (all: got %v, want %v)", detailType, got[detailType], n, got, want)
			}
		}
	}
}

// detailType returns the detail type of a kind of occurrence.
func detailType(kind string) string {
	return map[string]string{"message": "im.message.receive_v1", "event": "im.message.recalled_v1", "schema 1.0": "leave_approvalV2",
		"click": "card.action.trigger", "old click": "card.action.trigger"}[kind]
}
