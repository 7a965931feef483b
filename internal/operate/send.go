package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// SendFunction invokes the function send with a payload and returns its output.
type SendFunction func(ctx context.Context, payload []byte) ([]byte, error)

// TextMessage returns the request that sends a text to a chat or a person as an app.
func TextMessage(app, to, text string) ([]byte, error) {
	doc, err := json.Marshal(map[string]any{
		"app": app, "message": map[string]any{"to": request.NewTarget(to), "text": text},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	return doc, nil
}

// Sent is the output of send.
type Sent struct {
	Output json.RawMessage
	// Failure says why a request failed, "" if none did.
	Failure string
}

// MarshalJSON returns the output.
func (s Sent) MarshalJSON() ([]byte, error) { return s.Output, nil }

// Write writes the output, as indented JSON.
func (s Sent) Write(w io.Writer) {
	line, err := printable.JSON(s.Output)
	if err != nil {
		return // Send has checked that it is JSON
	}
	var out bytes.Buffer
	if json.Indent(&out, line, "", "  ") == nil {
		fmt.Fprintln(w, out.String())
	}
}

// Send sends a request, or anything else that the function takes, and waits for the
// output.
func Send(ctx context.Context, send SendFunction, payload []byte) (Sent, error) {
	output, err := send(ctx, returningErrors(payload))
	if err != nil {
		return Sent{}, fmt.Errorf("invoking send: %w", err)
	}
	var result struct {
		ErrorType    string
		ErrorMessage string
		OK           *bool
		Error        *lark.Error
		Results      []struct {
			OK    bool
			Error *lark.Error
		}
	}
	if err := json.Unmarshal(output, &result); err != nil {
		if !json.Valid(output) {
			return Sent{}, errors.New("the output of send is not JSON: look whether the function is the stack's")
		}
		return Sent{Output: output}, nil // a list or a text, which no request has as its output
	}
	sent := Sent{Output: output}
	switch {
	case result.ErrorType != "":
		sent.Failure = result.ErrorType + ": " + result.ErrorMessage
	case result.OK != nil && !*result.OK && result.Error != nil:
		sent.Failure = result.Error.Error()
	}
	for i, r := range result.Results {
		if !r.OK && r.Error != nil && sent.Failure == "" {
			sent.Failure = fmt.Sprintf("request %d: %v", i, r.Error)
		}
	}
	return sent, nil
}

// returningErrors sets on_error of a request, unless it is set, so that its error is in
// the output: the error of a function is in its log only.
func returningErrors(payload []byte) []byte {
	var doc map[string]json.RawMessage
	if json.Unmarshal(payload, &doc) != nil || doc["on_error"] != nil {
		return payload
	}
	for name := range doc {
		if request.IsVerb(name) || name == "requests" {
			doc["on_error"] = json.RawMessage(`"return"`)
			if changed, err := json.Marshal(doc); err == nil {
				return changed
			}
			return payload
		}
	}
	return payload
}
