package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// createStack makes the part of the template that takes requests, and the
// outputs. The function itself is left out: moto would run it in Docker.
func createStack(t *testing.T, s *stage.Stage) {
	t.Helper()
	loaded := template.Load(t, nil)
	resources, outputs := map[string]any{}, map[string]any{}
	for _, kind := range []string{"AWS::Events::EventBus", "AWS::SQS::Queue", "AWS::Events::Rule", "AWS::SNS::Topic"} {
		for _, r := range loaded.Of(kind) {
			resources[r.ID] = map[string]any{"Type": r.Type, "Properties": r.Properties}
		}
	}
	for key, value := range loaded.Outputs {
		outputs[key] = map[string]string{"Value": value}
	}
	doc, err := json.Marshal(map[string]any{"Resources": resources, "Outputs": outputs})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Shell(t.Context(), `aws cloudformation create-stack --stack-name larkbridge --template-body "file://$TEMPLATE"`, "TEMPLATE="+path); err != nil {
		t.Fatal(err)
	}
}
