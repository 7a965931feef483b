package template

import "strings"

// Permission lets a service do something with a function.
type Permission struct {
	*Resource
	Action    string
	Function  string // its name or ARN
	Principal string
	Source    string // ARN, which may have asterisks; empty for all of the account's
	Account   string
}

// Permissions returns the template's permissions on its functions.
func (t *Template) Permissions() ([]Permission, error) {
	var all []Permission
	for _, r := range t.Of("AWS::Lambda::Permission") {
		var p struct{ Action, FunctionName, Principal, SourceArn, SourceAccount string }
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, Permission{Resource: r, Action: p.Action, Function: p.FunctionName, Principal: p.Principal, Source: p.SourceArn, Account: p.SourceAccount})
	}
	return all, nil
}

// Matches compares an ARN or an action with one that has asterisks in it, each
// of which stands for any text.
func Matches(pattern, text string) bool {
	literals := strings.Split(pattern, "*")
	last := len(literals) - 1
	if last == 0 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, literals[0])
	for _, literal := range literals[1:last] {
		if _, after, found := strings.Cut(rest, literal); found {
			rest = after
		} else {
			ok = false
		}
	}
	return ok && strings.HasSuffix(rest, literals[last])
}
