package template

import (
	"errors"
	"fmt"
)

// condition evaluates one of the template's conditions.
func (r *resolver) condition(name string) (bool, error) {
	expression, ok := section(r.document, "Conditions")[name]
	if !ok {
		return false, fmt.Errorf("no condition %q", name)
	}
	yes, err := r.truth(expression)
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	return yes, nil
}

func (r *resolver) truth(expression any) (bool, error) {
	call, _ := expression.(map[string]any)
	if len(call) != 1 {
		return false, fmt.Errorf("%v is no condition", expression)
	}
	for name, argument := range call {
		if name == "Condition" {
			return r.condition(fmt.Sprint(argument))
		}
		arguments, ok := argument.([]any)
		if !ok {
			return false, fmt.Errorf("%s takes a list", name)
		}
		switch name {
		case "Fn::Equals":
			return r.equal(arguments)
		case "Fn::Not", "Fn::And", "Fn::Or":
			return r.combine(name, arguments)
		}
	}
	return false, fmt.Errorf("%v is not known here", expression)
}

func (r *resolver) equal(arguments []any) (bool, error) {
	if len(arguments) != 2 {
		return false, errors.New("Fn::Equals takes two values")
	}
	left, err := r.text(arguments[0])
	if err != nil {
		return false, err
	}
	right, err := r.text(arguments[1])
	return left == right, err
}

func (r *resolver) combine(name string, arguments []any) (bool, error) {
	if (name == "Fn::Not") != (len(arguments) == 1) || len(arguments) > 10 {
		return false, fmt.Errorf("%s does not take %d conditions", name, len(arguments))
	}
	result := name == "Fn::And"
	for _, argument := range arguments {
		yes, err := r.truth(argument)
		if err != nil {
			return false, err
		}
		switch name {
		case "Fn::Not":
			return !yes, nil
		case "Fn::And":
			result = result && yes
		default:
			result = result || yes
		}
	}
	return result, nil
}

// checkRules returns an error for an assertion of the template's rules that the
// parameters do not fulfil.
func (r *resolver) checkRules() error {
	rules := section(r.document, "Rules")
	for name := range rules {
		rule := section(rules, name)
		applies, err := r.truth(rule["RuleCondition"])
		if err != nil {
			return fmt.Errorf("rule %s: %w", name, err)
		}
		assertions, _ := rule["Assertions"].([]any)
		for _, a := range assertions {
			assertion, _ := a.(map[string]any)
			fulfilled, err := r.truth(assertion["Assert"])
			if err != nil {
				return fmt.Errorf("rule %s: %w", name, err)
			}
			if applies && !fulfilled {
				return fmt.Errorf("rule %s: %v", name, assertion["AssertDescription"])
			}
		}
	}
	return nil
}
