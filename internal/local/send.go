package local

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// maxSend is the size in bytes of what Lambda takes in one invocation.
const maxSend = 6 << 20

// serveSend is a direct invocation of the function send: request in, result
// out. A function error has the body that Lambda gives it and, other than
// there, an HTTP status that curl -f understands.
func (s *Server) serveSend(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxSend+1))
	switch {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "bad_request"})
		return
	case len(payload) > maxSend:
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, drained))
		writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "too_large"})
		return
	}
	ctx := lambdacontext.NewContext(r.Context(), &lambdacontext.LambdaContext{AwsRequestID: rand.Text()})
	result, err := s.sender.Lambda(ctx, payload)
	var failed messages.InvokeResponse_Error
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, result)
	case errors.As(err, &failed):
		writeJSON(w, status(failed.Type), failed)
	default:
		writeJSON(w, http.StatusInternalServerError, messages.InvokeResponse_Error{Type: "errorString", Message: err.Error()})
	}
}

// status is the HTTP status of a function error.
func status(errorType string) int {
	switch errorType {
	case "Lark.Throttled", "Lark.Quota":
		return http.StatusTooManyRequests
	case "Lark.Server", "Lark.Transport":
		return http.StatusBadGateway
	}
	return http.StatusBadRequest
}
