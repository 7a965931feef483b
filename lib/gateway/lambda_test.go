package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

func header(h lark.Header) http.Header {
	header, _ := h.(http.Header) // nil for a delivery without headers
	return header
}

// The same request in each form that API Gateway and net/http give it.
func TestHandlers(t *testing.T) {
	message := payload(t, "im.message.receive_v1")
	invoke := func(t *testing.T, w *fixture, in events.APIGatewayV2HTTPRequest) gateway.Reply {
		out, err := w.Lambda(t.Context(), in)
		if err != nil || out.Headers["Content-Type"] != "application/json; charset=utf-8" || out.IsBase64Encoded {
			t.Errorf("got %+v, %v", out, err)
		}
		return gateway.Reply{Status: out.StatusCode, Body: []byte(out.Body)}
	}
	decode := func(t *testing.T, event []byte) (in events.APIGatewayV2HTTPRequest) {
		if err := json.Unmarshal(event, &in); err != nil {
			t.Fatal(err)
		}
		return in
	}
	for name, handle := range map[string]func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply{
		"plain": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			return invoke(t, w, decode(t, harness.HTTPEvent("POST", path, header(req.Header), req.Body)))
		},
		"base64": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			return invoke(t, w, decode(t, harness.HTTPEventBase64("POST", path, header(req.Header), req.Body)))
		},
		"stage": func(t *testing.T, w *fixture, path string, req lark.Delivery) gateway.Reply {
			in := decode(t, harness.HTTPEvent("POST", "/prod"+path, header(req.Header), req.Body))
			in.RequestContext.Stage = "prod"
			return invoke(t, w, in)
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

func TestBrokenBase64(t *testing.T) {
	w := newFixture(t)
	out, err := w.Lambda(t.Context(), events.APIGatewayV2HTTPRequest{RawPath: "/event", Body: "%%%", IsBase64Encoded: true})
	if err != nil || out.StatusCode != http.StatusBadRequest {
		t.Errorf("got %+v, %v", out, err)
	}
}
