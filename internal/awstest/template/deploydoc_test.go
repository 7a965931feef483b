package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// deployPages are the pages about deploying.
var deployPages = []string{"docs/deploy.md", "docs/zh/deploy.md"}

// The table of docs/deploy.md has each parameter, in the template's order, with its
// default.
func TestParameterTable(t *testing.T) {
	declared := objects(template.Translate(t), "Parameters")
	want := make(map[string]string)
	for name, parameter := range declared {
		want[name] = fmt.Sprint(parameter["Default"])
	}
	for _, page := range deployPages {
		got := make(map[string]string)
		for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]\\w+)` \\| (`([^`]*)`|empty|空) \\| \\S").FindAllStringSubmatch(read(t, harness.Root(t), page), -1) {
			got[row[1]] = row[3]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: parameters with defaults (-template +page):\n%s", page, diff)
		}
	}
}

// The policy of docs/deploy.md lets its role make every resource of the template,
// in the account that it names.
func TestDeployerPolicy(t *testing.T) {
	document := template.Translate(t)
	loaded, err := template.Resolve(document, sets(t, document)["first, filled"])
	if err != nil {
		t.Fatal(err)
	}
	defaults := template.Load(t, map[string]string{"Asks": "on"})
	maps.Copy(defaults.Resources, loaded.Resources)
	var policy struct {
		Statement []struct{ Action, Resource template.List }
	}
	_, rest, _ := strings.Cut(read(t, harness.Root(t), "docs", "deploy.md"), "## What the deployer may\n")
	_, rest, _ = strings.Cut(rest, "```json\n")
	text, _, _ := strings.Cut(rest, "```")
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, "111122223333", template.Account)), &policy); err != nil {
		t.Fatal(err)
	}
	for _, id := range slices.Sorted(maps.Keys(defaults.Resources)) {
		r := defaults.Resources[id]
		if r.ARN == "" {
			continue // part of another resource, such as its policy
		}
		service := strings.Split(r.ARN, ":")[2]
		if !slices.ContainsFunc(policy.Statement, func(s struct{ Action, Resource template.List }) bool {
			return slices.ContainsFunc(s.Action, func(action string) bool { return strings.HasPrefix(action, service+":") }) &&
				slices.ContainsFunc(s.Resource, func(pattern string) bool { return template.Matches(pattern, r.ARN) })
		}) {
			t.Errorf("%s: the policy lets nobody make %s", id, r.ARN)
		}
	}
}

// The template is larger than what a call takes: no page has a way that does not
// go through S3.
func TestThroughS3(t *testing.T) {
	root := harness.Root(t)
	if size := len(read(t, root, "template.yaml")); size <= 51_200 {
		t.Errorf("the template has %d bytes: it fits into a call, and this test can go", size)
	}
	for _, page := range append([]string{"README.md", "README.zh.md", "docs/regions.md", "docs/zh/regions.md", "CONTRIBUTING.md"}, deployPages...) {
		text := strings.ReplaceAll(read(t, root, page), "\\\n", " ")
		for line := range strings.Lines(text) {
			for _, call := range []string{"--template-body", "template_body"} {
				if strings.Contains(line, call) {
					t.Errorf("%s: got %s, want the template in S3: %s", page, call, line)
				}
			}
			if strings.Contains(line, "aws cloudformation deploy") && !strings.Contains(line, "--s3-bucket") {
				t.Errorf("%s: got no --s3-bucket, want one: %s", page, line)
			}
		}
	}
	if config := read(t, root, "samconfig.toml"); !strings.Contains(config, "\nresolve_s3 = true\n") {
		t.Errorf("samconfig.toml: got %s, want resolve_s3", config)
	}
}
