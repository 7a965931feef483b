package local

import (
	"context"
	"crypto/md5" // which SQS answers with, and its clients compare
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/bus"
)

// serveAWS answers the calls of SQS and EventBridge with which own code sends: any queue
// is that of send, and any bus is this one.
func (s *Server) serveAWS(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r)
	if !ok {
		return
	}
	var call struct {
		MessageBody string
		Entries     []struct {
			Source, DetailType, Detail string
			Resources                  []string
		}
	}
	operation := r.Header.Get("X-Amz-Target")
	if err := json.Unmarshal(body, &call); err != nil {
		writeAWSError(w, "SerializationException", err.Error())
		return
	}
	switch operation {
	case "AmazonSQS.SendMessage":
		s.work.Go(func() { s.enqueue(context.WithoutCancel(r.Context()), "", []byte(call.MessageBody)) })
		sum := md5.Sum([]byte(call.MessageBody))
		WriteJSON(w, http.StatusOK, map[string]string{"MessageId": rand.Text(), "MD5OfMessageBody": hex.EncodeToString(sum[:])})
	case "AWSEvents.PutEvents":
		results, failed := []map[string]string{}, 0
		for _, e := range call.Entries {
			entry := bus.Entry{Source: e.Source, DetailType: e.DetailType, Resources: e.Resources, Detail: json.RawMessage(e.Detail)}
			id, err := "", errors.New("Detail is malformed.")
			if json.Valid(entry.Detail) {
				id, err = s.bus.Publish(r.Context(), entry)
			}
			if err != nil {
				failed++
				results = append(results, map[string]string{"ErrorCode": "MalformedDetail", "ErrorMessage": err.Error()})
				continue
			}
			results = append(results, map[string]string{"EventId": id})
		}
		WriteJSON(w, http.StatusOK, map[string]any{"Entries": results, "FailedEntryCount": failed})
	default:
		writeAWSError(w, "UnknownOperationException", "the local run does not know the call "+operation)
	}
}

// invocationPath reports whether a path is that of Lambda's call Invoke.
func invocationPath(path string) bool {
	return strings.HasPrefix(path, "/2015-03-31/functions/") && strings.HasSuffix(path, "/invocations")
}

// serveInvoke answers Lambda's call Invoke: any function is send.
func (s *Server) serveInvoke(w http.ResponseWriter, r *http.Request) {
	payload, ok := readBody(w, r)
	if !ok {
		return
	}
	ctx := lambdacontext.NewContext(r.Context(), &lambdacontext.LambdaContext{AwsRequestID: rand.Text()})
	if r.Header.Get("X-Amz-Invocation-Type") == "Event" {
		s.work.Go(func() { _, _ = s.sender.Lambda(context.WithoutCancel(ctx), payload) }) // its observer shows the outcome
		w.WriteHeader(http.StatusAccepted)
		return
	}
	result, err := s.sender.Lambda(ctx, payload)
	if err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		result = functionError(err)
	}
	WriteJSON(w, http.StatusOK, result)
}

// functionError returns the error of an invocation as Lambda gives it.
func functionError(err error) messages.InvokeResponse_Error {
	if failed, ok := errors.AsType[messages.InvokeResponse_Error](err); ok {
		return failed
	}
	return messages.InvokeResponse_Error{Type: "errorString", Message: err.Error()}
}

func writeAWSError(w http.ResponseWriter, kind, message string) {
	WriteJSON(w, http.StatusBadRequest, map[string]string{"__type": kind, "message": message})
}
