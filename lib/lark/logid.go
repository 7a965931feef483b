package lark

// maxLogID is far more characters than a log id of Lark's has.
const maxLogID = 64

// LogID is the id that Lark's own logs know a callback by, which Lark's support
// asks for. No signature covers it: it is whatever the sender wrote, or "" if
// that is not 1 to 64 letters, digits, ".", "_" and "-", which do no harm in a
// log.
func (h Header) LogID() string {
	id := logID(h)
	if len(id) > maxLogID {
		return ""
	}
	for _, c := range []byte(id) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return ""
		}
	}
	return id
}

// logID reads the id from the headers of a callback or an answer.
func logID(h interface{ Get(name string) string }) string {
	if id := h.Get("X-Tt-Logid"); id != "" {
		return id
	}
	return h.Get("X-Request-Id")
}
