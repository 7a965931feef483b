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
	ARN         string
	DeadLetters string // ARN; empty if it has no dead-letter queue
}

// Rules returns the template's rules that are enabled.
func (t *Template) Rules() ([]Rule, error) {
	var all []Rule
	for _, r := range t.Of("AWS::Events::Rule") {
		var p struct {
			EventBusName, State string
			EventPattern        any
			Targets             []struct {
				Arn              string
				DeadLetterConfig struct{ Arn string }
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
			rule.Targets = append(rule.Targets, Target{target.Arn, target.DeadLetterConfig.Arn})
		}
		all = append(all, rule)
	}
	return all, nil
}
