package larktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// The app id and the keys that the samples were made with.
const (
	EncryptKey        = "sample-encrypt-key"
	VerificationToken = "VerTokSample0123456789abcdefGHIJ"
	AppID             = "cli_a1b2c3d4e5f6a7b8"
)

//go:embed samples.json
var samples []byte

// Sample is a payload that Lark posts, and the page of the documentation that shows it.
type Sample struct {
	Name   string
	Source string // the page
	// Schema is "1.0", "2.0", "card-v1", "challenge", "encrypted" or
	// "approval-callback".
	Schema  string
	Payload json.RawMessage
}

// Samples returns every sample.
func Samples() []Sample {
	var all []Sample
	if err := json.Unmarshal(samples, &all); err != nil {
		panic(fmt.Sprintf("sample: samples.json: %v", err)) // embedded and tested
	}
	return all
}

// Type returns the event type of an event or a card callback that is not encrypted, ""
// for anything else. A click in the old format is card.action.trigger_v1.
func (s Sample) Type() string {
	var p struct {
		Header struct {
			EventType string `json:"event_type"`
		}
		Event struct{ Type string }
	}
	if s.Schema == "card-v1" {
		return typeOldClick
	}
	if json.Unmarshal(s.Payload, &p) != nil {
		return ""
	}
	if p.Header.EventType != "" {
		return p.Header.EventType
	}
	return p.Event.Type
}

// typeOldClick is the type of a click in the old format.
const typeOldClick = "card.action.trigger_v1"

// FindSample returns the first sample of an event type.
func FindSample(eventType string) (Sample, bool) {
	for _, s := range Samples() {
		if s.Type() == eventType && eventType != "" {
			return s, true
		}
	}
	return Sample{}, false
}

// SampleTypes returns the event types for which there is a sample, sorted.
func SampleTypes() []string {
	var types []string
	for _, s := range Samples() {
		if t := s.Type(); t != "" {
			types = append(types, t)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
