package operate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// rules are the ARNs of the rules that see the events again. Rules that take
// requests to send are left out unless they are named: what was sent must not
// be sent once more.
func (r *Replay) rules(ctx context.Context) ([]string, error) {
	bus := r.Stack.Bus()
	var arns, known []string
	in := &eventbridge.ListRulesInput{EventBusName: &bus}
	for {
		page, err := r.Events.ListRules(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("looking for rules: %s%s", reason(err), needs(err, "events:ListRules"))
		}
		for _, rule := range page.Rules {
			known = append(known, text(rule.Name))
			if r.wants(rule) {
				arns = append(arns, text(rule.Arn))
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	for _, name := range r.Rules {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the bus has no rule %s, but %s", name, strings.Join(known, ", "))
		}
	}
	if len(arns) == 0 {
		return nil, errors.New("the bus has no rule that would see the events")
	}
	return arns, nil
}

// sendRequest is the detail type of a request to send.
const sendRequest = "Lark Send Request"

// wants leaves out the archives' own rules, too, which are managed by AWS.
func (r *Replay) wants(rule types.Rule) bool {
	if len(r.Rules) > 0 {
		return slices.Contains(r.Rules, text(rule.Name))
	}
	return text(rule.ManagedBy) == "" && !strings.Contains(text(rule.EventPattern), sendRequest)
}
