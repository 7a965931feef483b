package local

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// serveEvents answers with the entries of the bus in EventBridge's shape,
// oldest first. With ?after=n the first n are left out.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, s.bus.after(skipped(r)))
}

// serveCalls answers with the calls made to Lark, in the same way.
func (s *Server) serveCalls(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, s.calls.after(skipped(r)))
}

// skipped reads ?after=n, 0 for none.
func skipped(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		return 0
	}
	return max(0, n)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	doc, err := json.Marshal(value)
	if err != nil { // not reached: all that is written here is JSON already
		status, doc = http.StatusInternalServerError, []byte(`{"error":"internal"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(doc, '\n'))
}
