package template_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// `sam validate --lint` looks at the template as it is written; this, at what
// becomes of it.
func TestLint(t *testing.T) {
	python := harness.Python(t)
	for name, document := range map[string]map[string]any{
		"template.yaml":                  template.Translate(t),
		"examples/handler/template.yaml": template.TranslateFile(t, filepath.Join(harness.Root(t), "examples", "handler", "template.yaml")),
	} {
		doc, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "template.json")
		if err := os.WriteFile(path, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(filepath.Join(filepath.Dir(python), "cfn-lint"), "--regions", template.Region, "--template", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
