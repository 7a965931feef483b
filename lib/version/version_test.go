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

// The newest entry of the changes is about this version.
func TestVersionIsInChanges(t *testing.T) {
	content, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?m)^## (\S+)`).FindSubmatch(content); found == nil || string(found[1]) != version.Version {
		t.Errorf("CHANGELOG.md: got the newest version %q, want %s", found, version.Version)
	}
}
