package account

import "larkbridge/lib/template"

// createRules makes the buses and, on them, the rules.
func (a *Account) createRules() {
	a.t.Helper()
	for _, bus := range a.Of("AWS::Events::EventBus") {
		a.call("AWSEvents.CreateEventBus", map[string]string{"Name": bus.Name}, nil)
	}
	rules, err := a.Rules()
	a.must(err)
	for _, rule := range rules {
		a.Rule(rule)
	}
}

// Rule makes a rule, of the template or of a user.
func (a *Account) Rule(rule template.Rule) {
	a.t.Helper()
	name := "rule"
	if rule.Resource != nil {
		name = rule.Name
	}
	a.call("AWSEvents.PutRule", map[string]string{"Name": name, "EventBusName": rule.Bus, "EventPattern": rule.Pattern}, nil)
	var targets []map[string]any
	for _, target := range rule.Targets {
		t := map[string]any{"Id": target.ID, "Arn": target.ARN}
		if target.DeadLetters != "" {
			t["DeadLetterConfig"] = map[string]string{"Arn": target.DeadLetters}
		}
		if target.Transform != nil {
			t["InputTransformer"] = target.Transform
		}
		targets = append(targets, t)
	}
	a.call("AWSEvents.PutTargets", map[string]any{"Rule": name, "EventBusName": rule.Bus, "Targets": targets}, nil)
}

// PutEvent puts an event on a bus.
func (a *Account) PutEvent(bus, source, detailType, detail string) {
	a.t.Helper()
	a.call("AWSEvents.PutEvents", map[string]any{"Entries": []any{map[string]string{
		"EventBusName": bus, "Source": source, "DetailType": detailType, "Detail": detail,
	}}}, nil)
}
