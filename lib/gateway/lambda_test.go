package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

func header(h lark.Header) http.Header {
	header, _ := h.(http.Header) // nil for a delivery without headers
	return header
}

// The same request in each form that AWS and net/http give it.
func TestHandlers(t *testing.T) {
	message := payload(t, "im.message.receive_v1")
	invoke := func(t *testing.T, w *fixture, event []byte) gateway.Reply {
		var in gateway.LambdaRequest
		if err := json.Unmarshal(event, &in); err != nil {
			t.Fatal(err)
		}
		out, err := w.Lambda(t.Context(), in)
		if err != nil || out.Headers["Content-Type"] != "application/json; charset=utf-8" || out.IsBase64Encoded {
			t.Errorf("got %+v, %v, want JSON that is not base64", out, err)
		}
		return gateway.Reply{Status: out.StatusCode, Body: []byte(out.Body)}
	}
	for name, handle := range map[string]func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply{
		"plain": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			return invoke(t, w, harness.HTTPEvent("POST", path, header(req.Header), req.Body))
		},
		"base64": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			return invoke(t, w, harness.HTTPEventBase64("POST", path, header(req.Header), req.Body))
		},
		"stage": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			return invoke(t, w, harness.HTTPEvent("POST", "/prod"+path, header(req.Header), req.Body))
		},
		"net/http": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			r := httptest.NewRequest("POST", path, bytes.NewReader(req.Body))
			r.Header = header(req.Header)
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, r)
			return gateway.Reply{Status: rec.Code, Body: rec.Body.Bytes()}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			want(t, handle(t, w, "/event", delivery(now, message)), 200, `{}`)
			want(t, handle(t, w, "/event/other", delivery(now, message)), 404, `{"error":"not_found"}`)
			want(t, handle(t, w, "/event", lark.Delivery{Body: make([]byte, lark.MaxBody+1)}), 413, `{"error":"too_large"}`)
			want(t, handle(t, w, "/event", lark.Delivery{Body: []byte{0xff, 0xfe}}), 400, `{"error":"bad_request"}`)
			if got := w.types(); len(got) != 1 {
				t.Errorf("on the bus: %v", got)
			}
		})
	}
}

// The app is the parameter of the route, else what follows the last event or card
// of the path.
func TestAppOfARequest(t *testing.T) {
	w := newFixture(t)
	for _, name := range []string{"ops", "card"} {
		w.docs[name] = settings(nil)
	}
	message := payload(t, "im.message.receive_v1")
	for _, tt := range []struct {
		path, app string
		status    int
	}{
		{"/event", "", 200}, {"event", "", 200}, {"/event/", "", 200}, {"/prod/lark/event", "", 200}, {"/card/event", "", 200}, {"/event/card", "", 200},
		{"/event/ops", "", 200}, {"/event/ops/", "", 200}, {"/lark/event/ops", "ops", 200}, {"/event/x", "ops", 200}, {"/event/card", "card", 200}, {"/event/event/ops", "", 200},
		{"/", "", 404}, {"", "", 404}, {"/ops", "ops", 404}, {"/events", "", 404}, {"//event", "", 404}, {"/event//", "", 404}, {"/event/ops/x", "", 404}, {"/event/OPS", "", 404}, {"/event", "OPS", 404},
		{"/event", "../card", 404}, {"/event", "none", 404}, {"/event/%6fps", "", 404},
	} {
		d := delivery(now, message)
		reply := w.Serve(t.Context(), gateway.Request{Method: "POST", Path: tt.path, App: tt.app, Header: d.Header, Body: d.Body})
		if reply.Status != tt.status {
			t.Errorf("%q %q: got %d, want %d", tt.path, tt.app, reply.Status, tt.status)
		}
	}
}

// A load balancer that sends lists of header values reads such headers, too.
func TestMultiValueHeaders(t *testing.T) {
	w := newFixture(t)
	d := delivery(now, payload(t, "im.message.receive_v1"))
	out, err := w.Lambda(t.Context(), gateway.LambdaRequest{Method: "POST", Path: "/event", MultiValueHeaders: header(d.Header), Body: string(d.Body)})
	if err != nil || out.StatusCode != 200 || len(out.Headers) != 0 || out.MultiValueHeaders["Content-Type"][0] != "application/json; charset=utf-8" {
		t.Errorf("got %+v, %v, want 200 with lists of header values", out, err)
	}
}

func TestBrokenBase64(t *testing.T) {
	w := newFixture(t)
	out, err := w.Lambda(t.Context(), gateway.LambdaRequest{RawPath: "/event", Body: "%%%", IsBase64Encoded: true})
	if err != nil || out.StatusCode != http.StatusBadRequest {
		t.Errorf("got %+v, %v, want %d", out, err, http.StatusBadRequest)
	}
}
