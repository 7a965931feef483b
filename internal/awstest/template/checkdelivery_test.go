package template_test

import (
	"slices"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// checkDelivery looks at everything that AWS delivers by itself: what cannot be
// delivered must end in a queue, into which it may be put.
func checkDelivery(fx *fixture) (f findings) {
	for _, rule := range fx.rules {
		for _, target := range rule.Targets {
			f = append(f, fx.deadLetters("rule "+rule.ID, "events.amazonaws.com", target.DeadLetters)...)
			if fx.queue(target.ARN) != nil && !fx.allows("events.amazonaws.com", "sqs:SendMessage", target.ARN) {
				f.add("rule %s: may not write to %s", rule.ID, target.ARN)
			}
		}
	}
	for _, s := range fx.subscriptions {
		if s.Protocol == "email" { // a person notices, or the bounce does
			continue
		}
		f = append(f, fx.deadLetters("subscription "+s.ID, "sns.amazonaws.com", s.DeadLetters)...)
	}
	for _, function := range fx.functions {
		if !fx.invokedAsync(function) {
			continue
		}
		if to := fx.onFailure(function); len(to) != 1 || fx.queue(to[0]) == nil {
			f.add("%s: what failed for good goes nowhere", function.ID)
		}
	}
	return f
}

// deadLetters checks the dead-letter queue of a rule or a subscription.
func (fx *fixture) deadLetters(source, service, arn string) (f findings) {
	queue := fx.queue(arn)
	switch {
	case queue == nil:
		f.add("%s: no dead-letter queue", source)
	case queue.FIFO:
		f.add("%s: a FIFO queue cannot take its dead letters", source)
	case !fx.allows(service, "sqs:SendMessage", arn):
		f.add("%s: %s may not write to %s", source, service, arn)
	}
	return f
}

// invokedAsync reports whether others than API Gateway may invoke a function:
// topics, rules and alarms do so without waiting.
func (fx *fixture) invokedAsync(f template.Function) bool {
	return slices.ContainsFunc(fx.permissions, func(p template.Permission) bool {
		return f.Called(p.Function) && p.Principal != "apigateway.amazonaws.com"
	})
}

// onFailure is where the failed invocations of a function go.
func (fx *fixture) onFailure(f template.Function) (destinations []string) {
	for _, c := range fx.invokeConfigs {
		if f.Called(c.Function) && c.OnFailure != "" {
			destinations = append(destinations, c.OnFailure)
		}
	}
	return destinations
}
