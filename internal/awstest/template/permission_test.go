package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestPermissions(t *testing.T) {
	got, err := one(t, "AWS::Lambda::Permission", map[string]any{
		"Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "sns.amazonaws.com", "SourceArn": "arn:aws:sns:*", "SourceAccount": "1",
	}).Permissions()
	checkOne(t, got, err, template.Permission{Action: "lambda:InvokeFunction", Function: "f", Principal: "sns.amazonaws.com", Source: "arn:aws:sns:*", Account: "1"})
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"a:b", "a:b", true}, {"a:b", "a:bc", false}, {"a:*", "a:bc", true}, {"a:*:c", "a:b:c", true}, {"a:*:c", "a:b:d", false}, {"a:*/*/c", "a:x/y/c", true}, {"a:*/*/c", "a:x/c", false}, {"b*", "ab", false},
	} {
		if got := template.Matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.pattern, tt.text, got)
		}
	}
}
