package harness

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// post sends a runtime's message and returns the status it is answered with.
func post(f *Function, path, body string) int {
	w := httptest.NewRecorder()
	f.runtimeAPI().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/2018-06-01/runtime"+path, strings.NewReader(body)))
	return w.Code
}

func TestAnswersAreTakenOnce(t *testing.T) {
	f := new(Function)
	inv := newInvocation(nil, InvokeOptions{RequestID: "a"})
	f.begin(inv)
	for _, c := range []struct {
		path string
		want int
	}{
		{"/invocation/other/response", http.StatusBadRequest},
		{"/invocation/a/response", http.StatusAccepted},
		{"/invocation/a/response", http.StatusBadRequest},
		{"/invocation/a/error", http.StatusBadRequest},
		{"/invocation/a/unknown", http.StatusNotFound},
	} {
		if got := post(f, c.path, "out"); got != c.want {
			t.Errorf("POST %s = %d, want %d", c.path, got, c.want)
		}
	}
	if a := <-inv.answer; string(a.payload) != "out" || a.err != nil {
		t.Errorf("answer = %q, %v", a.payload, a.err)
	}
}

func TestErrorThatIsNoReport(t *testing.T) {
	f := new(Function)
	inv := newInvocation(nil, InvokeOptions{RequestID: "a"})
	f.begin(inv)
	if got := post(f, "/invocation/a/error", "plain"); got != http.StatusAccepted {
		t.Fatalf("status %d", got)
	}
	var failed *FunctionError
	if a := <-inv.answer; !errors.As(a.err, &failed) || failed.Message != "plain" {
		t.Errorf("answer = %v", a.err)
	}
}
