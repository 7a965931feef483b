package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestFunctions(t *testing.T) {
	reserved := template.Int(5)
	got, err := one(t, "AWS::Lambda::Function", map[string]any{
		"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": []any{"arm64"}, "Timeout": 5, "MemorySize": "256", "ReservedConcurrentExecutions": "5",
		"Role": "arn", "LoggingConfig": map[string]any{"LogGroup": "group", "LogFormat": "JSON", "ApplicationLogLevel": "INFO"}, "Environment": map[string]any{"Variables": map[string]any{"A": "b"}},
	}).Functions()
	checkOne(t, got, err, template.Function{
		Runtime: "provided.al2023", Handler: "bootstrap", Architecture: "arm64", Timeout: 5, Memory: 256, Reserved: &reserved,
		Role: "arn", LogGroup: "group", LogFormat: "JSON", LogLevel: "INFO", Environment: map[string]string{"A": "b"},
	})
	got, err = one(t, "AWS::Lambda::Function", nil).Functions()
	checkOne(t, got, err, template.Function{Architecture: "x86_64", Timeout: 3, Memory: 128, LogFormat: "Text"})
}
