package version_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/version"
)

func TestVersionIsSemantic(t *testing.T) {
	if !regexp.MustCompile(`^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?$`).MatchString(version.Version) {
		t.Errorf("%q is not a version", version.Version)
	}
}

// Who looks at a binary, or at the log of a function, can tell what it is.
func TestStamp(t *testing.T) {
	aws := httptest.NewServer(http.NotFoundHandler())
	defer aws.Close()
	for _, function := range []string{"event", "card", "send"} {
		bootstrap := harness.Bootstrap(t, function)
		content, err := os.ReadFile(bootstrap)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(content, []byte(version.Product)) {
			t.Errorf("the function %s does not hold %q", function, version.Product)
		}
		f, err := harness.Start(t.Context(), bootstrap, []string{
			"AWS_ENDPOINT_URL=" + aws.URL, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"STACK_NAME=s", "TABLE_NAME=t", "BUS_NAME=b", "BUCKET_NAME=c", "PARAMETER_PREFIX=/larkbridge",
			"AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=INFO",
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Invoke(t.Context(), []byte(`{}`)) // whatever the answer: the start is over
		if err := f.Stop(); err != nil {
			t.Error(err)
		}
		if first, _, _ := strings.Cut(f.Logs(), "\n"); !regexp.MustCompile(`"level":"INFO".*"start".*"` + version.Product + `","go":"go1\.`).MatchString(first) {
			t.Errorf("the function %s starts with %s", function, first)
		}
	}
}

// What is published says the same: the template's metadata, which the
// Serverless Application Repository reads, and the newest entry of the changes.
func TestVersionIsPublished(t *testing.T) {
	for file, pattern := range map[string]string{
		"../../template.yaml": `(?m)^  AWS::ServerlessRepo::Application:\n(?:    .*\n)*?    SemanticVersion: (\S+)$`,
		"../../CHANGELOG.md":  `(?m)^## (\S+)`,
	} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch found := regexp.MustCompile(pattern).FindSubmatch(content); {
		case found == nil:
			t.Errorf("%s names no version", file)
		case string(found[1]) != version.Version:
			t.Errorf("%s names version %s, want %s", file, found[1], version.Version)
		}
	}
}
