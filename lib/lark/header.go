package lark

// Header returns the values of a request's headers by their names, whatever the case of
// these; "" is the value of a header that is absent.
// [net/http.Header] is a Header.
type Header interface {
	Get(name string) string
}

// The headers of a signed request (event-subscription-guide/…/
// encrypt-key-encryption-configuration-case).
const (
	HeaderTimestamp = "X-Lark-Request-Timestamp"
	HeaderNonce     = "X-Lark-Request-Nonce"
	HeaderSignature = "X-Lark-Signature"
)

// signatureHeaders holds the three headers of a signed request.
type signatureHeaders struct{ timestamp, nonce, signature string }

// readSignatureHeaders returns the three headers; all are empty when h is nil.
func readSignatureHeaders(h Header) signatureHeaders {
	if h == nil {
		return signatureHeaders{}
	}
	return signatureHeaders{h.Get(HeaderTimestamp), h.Get(HeaderNonce), h.Get(HeaderSignature)}
}

// maxLogID is the length up to which a log id is accepted. Lark's are shorter.
const maxLogID = 64

// LogID returns the id that a callback has in Lark's own logs, and for which Lark's
// support asks. No signature covers it: it is whatever the sender wrote. LogID returns
// "" for anything but 1 to 64 letters, digits, ".", "_" and "-", which do no harm in a
// log.
func LogID(h Header) string {
	if h == nil {
		return ""
	}
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

// logID returns the id in the headers of a callback or an answer.
func logID(h Header) string {
	if id := h.Get("X-Tt-Logid"); id != "" {
		return id
	}
	return h.Get("X-Request-Id")
}
