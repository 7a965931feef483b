package rule

import (
	"fmt"
	"regexp"
	"strings"
)

// resolve returns a value with its intrinsic functions replaced: a parameter by its
// default, a resource by its logical id, and an import by its name in lower case, which
// is the name of a bucket, too.
func (t *template) resolve(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = t.resolve(v[i])
		}
	case map[string]any:
		if name, ok := v["Ref"].(string); ok && len(v) == 1 {
			return t.ref(name)
		}
		if text, ok := v["Fn::Sub"].(string); ok && len(v) == 1 {
			return regexp.MustCompile(`\$\{([^!}]+)\}`).ReplaceAllStringFunc(text, func(ref string) string {
				return fmt.Sprint(t.ref(ref[2 : len(ref)-1]))
			})
		}
		if list, ok := v["Fn::GetAtt"].([]any); ok && len(v) == 1 && len(list) > 0 {
			return list[0]
		}
		for name := range v {
			v[name] = t.resolve(v[name])
		}
		if name, ok := v["Fn::ImportValue"].(string); ok {
			return strings.ToLower(name)
		}
	}
	return v
}

// ref returns what a reference stands for.
func (t *template) ref(name string) any {
	if p, ok := t.Parameters[name]; ok && p.Default != nil {
		return p.Default
	}
	return name
}

// resource returns the logical id that an ARN refers to, and whether the template has
// this resource.
func (t *template) resource(arn any) (id string, within bool) {
	id = fmt.Sprint(t.resolve(arn))
	_, within = t.Resources[id]
	return id, within
}
