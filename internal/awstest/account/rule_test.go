package account

import "cmp"

// createRules makes the buses and, on them, the rules.
func (a *Account) createRules() {
	a.t.Helper()
	for _, bus := range a.Of("AWS::Events::EventBus") {
		a.call("AWSEvents.CreateEventBus", map[string]string{"Name": bus.Name}, nil)
	}
	rules, err := a.Rules()
	a.must(err)
	for _, rule := range rules {
		a.Rule(rule.Name, cmp.Or(rule.Bus, "default"), rule.Pattern, rule.Properties["Targets"])
	}
}

// Rule makes a rule on a bus. The targets are in JSON what PutTargets takes, and
// a template has.
func (a *Account) Rule(name, bus, pattern string, targets any) {
	a.t.Helper()
	a.call("AWSEvents.PutRule", map[string]string{"Name": name, "EventBusName": bus, "EventPattern": pattern}, nil)
	a.call("AWSEvents.PutTargets", map[string]any{"Rule": name, "EventBusName": bus, "Targets": targets}, nil)
}

// PutEvent puts an event on a bus.
func (a *Account) PutEvent(bus, source, detailType, detail string) {
	a.t.Helper()
	a.call("AWSEvents.PutEvents", map[string]any{"Entries": []any{map[string]string{
		"EventBusName": bus, "Source": source, "DetailType": detailType, "Detail": detail,
	}}}, nil)
}
