// Package template reads template.yaml as CloudFormation does: translated from
// SAM, with the parameters of a deployment put in. So tests can check what
// would be deployed, and wire the real functions from it.
//
// It is test support: nothing that ships imports it.
package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// Where a template is deployed to.
const (
	Stack   = "larkbridge"
	Account = "123456789012"
	Region  = "us-east-1"
)

// Template is a translated template as one deployment sees it: intrinsic
// functions resolved, and what a false condition leaves out is not there.
type Template struct {
	Parameters map[string]string // of all parameters
	Resources  map[string]*Resource
	Outputs    map[string]string
}

// Resource is one of the template's. Its physical name and its ARN are those
// that it has on AWS, or would have if CloudFormation gave it no random part.
type Resource struct {
	ID         string // the logical one
	Type       string
	Name       string
	ARN        string // empty for types that have none
	Properties map[string]any
}

// Load returns the repository's template for the given parameters over the
// defaults. Where the tools are not installed the test is skipped, or fails as
// [github.com/larkbridge/larkbridge/internal/awstest/harness.StartEmulator] does.
func Load(t testing.TB, parameters map[string]string) *Template {
	t.Helper()
	loaded, err := Resolve(Translate(t), parameters)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// Resolve resolves the intrinsic functions of a translated template. A
// parameter that its own constraints or the template's rules refuse, and a reference to nothing, is an
// error.
func Resolve(document map[string]any, parameters map[string]string) (*Template, error) {
	r := &resolver{document: document}
	var err error
	if r.parameters, err = values(section(document, "Parameters"), parameters); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	t := &Template{Parameters: make(map[string]string), Resources: make(map[string]*Resource), Outputs: make(map[string]string)}
	for name, p := range r.parameters {
		t.Parameters[name] = p.text
	}
	if err := r.checkRules(); err != nil {
		return nil, err
	}
	for id := range section(document, "Resources") {
		resource, err := r.resource(id)
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", id, err)
		}
		if resource != nil {
			t.Resources[id] = resource
		}
	}
	for name := range section(document, "Outputs") {
		if err := r.output(name, t.Outputs); err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
	}
	return t, nil
}

// Of returns the resources of a type, in the order of their logical ids.
func (t *Template) Of(kind string) []*Resource {
	var found []*Resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if r := t.Resources[id]; r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// ByARN returns the resource that has the ARN, or nil.
func (t *Template) ByARN(arn string) *Resource {
	for _, r := range t.Resources {
		if arn != "" && r.ARN == arn {
			return r
		}
	}
	return nil
}

// Decode reads the resource's properties into a struct, as JSON. Numbers and
// booleans may be texts, as CloudFormation takes them: see [Int] and [Bool].
func (r *Resource) Decode(into any) error {
	doc, err := json.Marshal(r.Properties)
	if err == nil {
		err = json.Unmarshal(doc, into)
	}
	if err != nil {
		return fmt.Errorf("resource %s: %w", r.ID, err)
	}
	return nil
}
