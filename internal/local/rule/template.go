package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Function is a Lambda function of a template.
type Function struct {
	Name    string // its logical id
	File    string // of its handler
	Handler string // the name of the handler in the file
	Timeout time.Duration
	Env     []string // in the form name=value
	// ToSend is whether what the function returns goes to send.
	ToSend bool
}

// defaultTimeout is the timeout of a function whose template has none.
const defaultTimeout = 3 * time.Second

// template is a SAM template, as far as its rules and functions need it.
type template struct {
	Parameters map[string]struct{ Default any }
	Globals    struct{ Function function }
	Resources  map[string]struct {
		Type       string
		Properties json.RawMessage
	}
	folder string // in which it is
}

// function holds the properties of an AWS::Serverless::Function.
type function struct {
	Handler, CodeURI string
	Timeout          int64
	Environment      struct{ Variables map[string]any }
	Events           map[string]struct {
		Type       string
		Properties target
	}
	EventInvokeConfig struct {
		DestinationConfig struct {
			OnSuccess struct{ Destination any }
		}
	}
}

// target is the target of a rule. That of a function's own rule has the pattern, too.
type target struct {
	Arn              any
	Pattern          any
	InputTransformer *struct {
		InputPathsMap map[string]string
		InputTemplate string
	}
}

// readTemplate returns the rules of a template in a folder, by name.
func readTemplate(doc []byte, folder string) ([]Rule, error) {
	t := template{folder: folder}
	if err := decode(doc, &t); err != nil {
		return nil, fmt.Errorf("the template: %w", err)
	}
	var rules []Rule
	for id, resource := range t.Resources {
		var more []Rule
		var err error
		switch resource.Type {
		case "AWS::Serverless::Function", "AWS::Serverless::StateMachine":
			more, err = t.ownRules(id, resource.Properties)
		case "AWS::Events::Rule":
			more, err = t.rules(id, resource.Properties)
		}
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", id, err)
		}
		rules = append(rules, more...)
	}
	if len(rules) == 0 {
		return nil, errors.New("the template has no rule")
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules, nil
}

// ownRules returns the rules in the events of a function or a state machine. Their names
// are those that SAM gives them: the logical id and the name of the event.
func (t *template) ownRules(id string, properties json.RawMessage) (rules []Rule, err error) {
	var p function
	if err := decode(properties, &p); err != nil {
		return nil, err
	}
	for name, event := range p.Events {
		if event.Type != "EventBridgeRule" && event.Type != "CloudWatchEvent" {
			continue
		}
		r, err := t.rule(id+name, event.Properties.Pattern, event.Properties)
		if err != nil {
			return nil, err
		}
		if r.Function, err = t.function(id); err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// rules returns one rule for each target of an AWS::Events::Rule.
func (t *template) rules(id string, properties json.RawMessage) (rules []Rule, err error) {
	var p struct {
		EventPattern any
		Targets      []target
	}
	if err := decode(properties, &p); err != nil {
		return nil, err
	}
	if p.EventPattern == nil {
		return nil, nil // it is a schedule
	}
	for _, target := range p.Targets {
		r, err := t.rule(id, p.EventPattern, target)
		if err != nil {
			return nil, err
		}
		to, within := t.resource(target.Arn)
		r.ToSend = !within
		if within {
			if r.Function, err = t.function(to); err != nil {
				return nil, err
			}
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// rule returns a rule without its target.
func (t *template) rule(name string, pattern any, to target) (r Rule, err error) {
	doc, err := json.Marshal(t.resolve(pattern))
	if err != nil {
		return r, err
	}
	r.Name = name
	if r.Pattern, err = compile(doc); err != nil {
		return r, err
	}
	if i := to.InputTransformer; i != nil {
		r.Transformer, err = NewTransformer(name, i.InputPathsMap, i.InputTemplate)
	}
	return r, err
}

// function returns the function of a logical id, nil if the resource is no function.
func (t *template) function(id string) (*Function, error) {
	if t.Resources[id].Type != "AWS::Serverless::Function" {
		return nil, nil
	}
	p := t.Globals.Function // SAM takes from it what a function does not say
	variables := maps.Clone(p.Environment.Variables)
	p.Environment.Variables = nil
	if err := decode(t.Resources[id].Properties, &p); err != nil {
		return nil, err
	}
	file, handler, err := handlerFile(filepath.Join(t.folder, p.CodeURI), p.Handler)
	if err != nil {
		return nil, err
	}
	f := &Function{Name: id, File: file, Handler: handler, Timeout: defaultTimeout}
	if p.Timeout > 0 {
		f.Timeout = time.Duration(p.Timeout) * time.Second
	}
	if variables == nil {
		variables = map[string]any{}
	}
	maps.Copy(variables, p.Environment.Variables)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		f.Env = append(f.Env, fmt.Sprintf("%s=%v", name, t.resolve(variables[name])))
	}
	if to := p.EventInvokeConfig.DestinationConfig.OnSuccess.Destination; to != nil {
		_, within := t.resource(to)
		f.ToSend = !within
	}
	return f, nil
}

// handlerFile returns the file and the name of a handler such as app.handler, in Python
// or JavaScript.
func handlerFile(folder, handler string) (file, name string, err error) {
	dot := strings.LastIndexByte(handler, '.')
	if dot < 0 {
		return "", "", fmt.Errorf("the handler %q is not of the form file.function", handler)
	}
	file, name = filepath.Join(folder, handler[:dot]), handler[dot+1:]
	for _, ext := range []string{".py", ".mjs", ".js", ".cjs"} {
		if _, err := os.Stat(file + ext); err == nil {
			return file + ext, name, nil
		}
	}
	return "", "", fmt.Errorf("the handler %s is in no file of Python or JavaScript in %s", handler, folder)
}

// decode decodes JSON and keeps the text of numbers.
func decode(doc []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	return d.Decode(v)
}
