package template_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// at reads a value by its path.
func at(loaded *template.Template, path string) string {
	kind, rest, _ := strings.Cut(path, ".")
	if kind == "Outputs" {
		return loaded.Outputs[rest]
	}
	id, property, _ := strings.Cut(rest, ".")
	r := loaded.Resources[id]
	if r == nil {
		return "<nil>"
	}
	return fmt.Sprint(r.Properties[property])
}

func TestLoad(t *testing.T) {
	loaded := template.Load(t, map[string]string{"LogRetentionDays": "7"})
	for _, group := range loaded.Of("AWS::Logs::LogGroup") {
		if got := fmt.Sprint(group.Properties["RetentionInDays"]); got != "7" {
			t.Errorf("%s keeps logs for %s days", group.ID, got)
		}
	}
	if loaded.ByARN("") != nil || loaded.ByARN("arn:aws:sqs:us-east-1:123456789012:nobody") != nil {
		t.Error("found what is not there")
	}
	for _, r := range loaded.Resources {
		if r.ARN != "" && loaded.ByARN(r.ARN) != r {
			t.Errorf("%s is not the only one with %s", r.ID, r.ARN)
		}
	}
}

// What one test changes no other sees.
func TestTranslateIsACopy(t *testing.T) {
	delete(template.Translate(t), "Resources")
	if template.Translate(t)["Resources"] == nil {
		t.Error("the resources are gone for all")
	}
}

func TestTranslateFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(`
Transform: AWS::Serverless-2016-10-31
Resources:
  Function: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: python3.13, InlineCode: 'def handler(event, context): pass'}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := template.Resolve(template.TranslateFile(t, file), nil)
	if err != nil {
		t.Fatal(err)
	}
	functions, err := loaded.Functions()
	if err != nil || len(functions) == 0 {
		t.Errorf("functions %+v, %v", functions, err)
	}
}
