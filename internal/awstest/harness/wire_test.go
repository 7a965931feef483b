package harness

import (
	"net/http"
	"strings"
	"testing"
)

// TestRefusalShapes covers the services whose SDK this module does not have.
// Those it has read the refusals themselves: see TestRefusals.
func TestRefusalShapes(t *testing.T) {
	for _, c := range []struct {
		service, contentType, errorType, code string
		kind                                  Kind
		status                                int
	}{
		{"s3", "application/xml", "", "<Code>SlowDown</Code>", Throttle(), http.StatusServiceUnavailable},
		{"s3", "application/xml", "", "<Code>InternalError</Code>", ServerError(), http.StatusInternalServerError},
		{"s3", "application/xml", "", "<Code>InvalidRequest</Code>", Refuse("InvalidRequest"), http.StatusBadRequest},
		{"lambda", "application/json", "TooManyRequestsException", "TooManyRequestsException", Throttle(), http.StatusTooManyRequests},
		{"lambda", "application/json", "ServiceException", "ServiceException", ServerError(), http.StatusInternalServerError},
	} {
		a := c.kind(&Call{Service: c.service})
		if a.Status != c.status || a.Header.Get("Content-Type") != c.contentType || a.Header.Get("X-Amzn-Errortype") != c.errorType {
			t.Errorf("%s: status %d, header %v", c.service, a.Status, a.Header)
		}
		if !strings.Contains(string(a.Body), c.code) {
			t.Errorf("%s: body %s, want %s", c.service, a.Body, c.code)
		}
	}
}

func TestDynamoAnswersCarryTheirChecksum(t *testing.T) {
	// The check value of CRC-32.
	if got := jsonAnswer("dynamodb", http.StatusOK, []byte("123456789")).Header.Get("X-Amz-Crc32"); got != "3421780262" {
		t.Errorf("X-Amz-Crc32 = %s", got)
	}
}
