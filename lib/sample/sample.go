// Package sample holds one payload of each kind that Lark posts, as its
// documentation shows them: for the trigger command and for tests.
package sample

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// The secrets that the payloads were made with.
const (
	EncryptKey        = "sample-encrypt-key"
	VerificationToken = "VerTokSample0123456789abcdefGHIJ"
	AppID             = "cli_a1b2c3d4e5f6a7b8"
)

//go:embed samples.json
var samples []byte

// Sample is one payload and where the documentation shows it.
type Sample struct {
	Name   string
	Source string
	// Schema is "1.0", "2.0", "card-v1", "challenge", "encrypted" or
	// "approval-callback".
	Schema  string
	Payload json.RawMessage
}

// All returns every sample.
func All() []Sample {
	var all []Sample
	if err := json.Unmarshal(samples, &all); err != nil {
		panic(fmt.Sprintf("sample: samples.json: %v", err)) // embedded and tested
	}
	return all
}

// Type returns the event type of a plain event or card callback, "" for
// anything else. A click in the old style is card.action.trigger_v1.
func (s Sample) Type() string {
	var p struct {
		Header struct {
			EventType string `json:"event_type"`
		}
		Event struct{ Type string }
	}
	if s.Schema == "card-v1" {
		return "card.action.trigger_v1"
	}
	if json.Unmarshal(s.Payload, &p) != nil {
		return ""
	}
	if p.Header.EventType != "" {
		return p.Header.EventType
	}
	return p.Event.Type
}

// Find returns the first sample of an event type.
func Find(eventType string) (Sample, bool) {
	for _, s := range All() {
		if s.Type() == eventType && eventType != "" {
			return s, true
		}
	}
	return Sample{}, false
}

// Types returns the event types there is a sample of, sorted.
func Types() []string {
	var types []string
	for _, s := range All() {
		if t := s.Type(); t != "" {
			types = append(types, t)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
