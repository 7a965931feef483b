package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// regions are of each partition that cfn-lint knows resource types of, and two
// near to Feishu.
var regions = []string{"us-east-1", "ap-east-1", "ap-southeast-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"}

// `sam validate --lint` looks at the template as it is written; this, at what
// becomes of it, in each region: with the defaults, and with everything on.
func TestLint(t *testing.T) {
	document := template.Translate(t)
	templates := map[string]map[string]any{}
	all := sets(t, document)
	for _, name := range []string{"defaults", "last, filled"} {
		templates[name] = withDefaults(document, all[name])
	}
	lint(t, templates, regions...)
}

// lint checks translated templates for some regions.
func lint(t *testing.T, templates map[string]map[string]any, regions ...string) {
	t.Helper()
	arguments := append([]string{"--regions"}, regions...)
	arguments = append(arguments, "--template")
	dir := t.TempDir()
	for name, document := range templates {
		doc, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%x.json", name))
		if err := os.WriteFile(path, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s is %s", path, name)
		arguments = append(arguments, path)
	}
	cfnLint := filepath.Join(filepath.Dir(harness.Python(t)), "cfn-lint")
	if out, err := exec.Command(cfnLint, arguments...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// withDefaults returns a template whose defaults are the given parameters.
func withDefaults(document map[string]any, parameters map[string]string) map[string]any {
	document = maps.Clone(document)
	declared := make(map[string]any)
	for name, parameter := range objects(document, "Parameters") {
		parameter = maps.Clone(parameter)
		if value, ok := parameters[name]; ok {
			parameter["Default"] = value
			if parameter["Type"] == "Number" {
				parameter["Default"] = json.Number(value)
			}
		}
		declared[name] = parameter
	}
	document["Parameters"] = declared
	return document
}
