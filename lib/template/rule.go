package template

import (
	"encoding/json"
	"fmt"
)

// Rule is an EventBridge rule of the template.
type Rule struct {
	*Resource
	Bus     string // its name
	Pattern string // JSON; empty for a schedule
	Targets []Target
}

// Target is where a rule sends to.
type Target struct {
	ID          string
	ARN         string
	DeadLetters string // ARN; empty if it has no dead-letter queue
	Input       string // a constant
	InputPath   string
	Transform   *Transform
	MaxAge      Int // seconds; 0: EventBridge's own
	MaxRetries  *Int
	Group       string // of a FIFO queue
}

// Transform is an input transformer.
type Transform struct {
	Paths    map[string]string `json:"InputPathsMap"`
	Template string            `json:"InputTemplate"`
}

// Rules returns the template's rules that are enabled.
func (t *Template) Rules() ([]Rule, error) {
	var all []Rule
	for _, r := range t.Of("AWS::Events::Rule") {
		var p struct {
			EventBusName, State string
			EventPattern        any
			Targets             []struct {
				ID               string `json:"Id"`
				Arn              string
				DeadLetterConfig struct{ Arn string }
				Input, InputPath string
				InputTransformer *Transform
				RetryPolicy      struct {
					MaximumEventAgeInSeconds Int
					MaximumRetryAttempts     *Int
				}
				SqsParameters struct {
					MessageGroupID string `json:"MessageGroupId"`
				}
			}
		}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		if p.State == "DISABLED" {
			continue
		}
		rule := Rule{Resource: r, Bus: p.EventBusName}
		if p.EventPattern != nil {
			pattern, err := json.Marshal(p.EventPattern)
			if err != nil {
				return nil, fmt.Errorf("resource %s: %w", r.ID, err)
			}
			rule.Pattern = string(pattern)
		}
		for _, target := range p.Targets {
			rule.Targets = append(rule.Targets, Target{
				ID: target.ID, ARN: target.Arn, DeadLetters: target.DeadLetterConfig.Arn, Input: target.Input, InputPath: target.InputPath, Transform: target.InputTransformer,
				MaxAge: target.RetryPolicy.MaximumEventAgeInSeconds, MaxRetries: target.RetryPolicy.MaximumRetryAttempts, Group: target.SqsParameters.MessageGroupID,
			})
		}
		all = append(all, rule)
	}
	return all, nil
}
