package template_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// What the Serverless Application Repository asks of an application
// (serverlessrepo/latest/devguide/serverless-app-publishing-applications).
func TestServerlessRepository(t *testing.T) {
	var document struct {
		Metadata map[string]struct {
			Name, Description, Author, SpdxLicenseID, LicenseURL, ReadmeURL, HomePageURL, SourceCodeURL, SemanticVersion string
			Labels                                                                                                       []string
		}
	}
	text, err := json.Marshal(map[string]any{"Metadata": map[string]any{"app": template.Translate(t)["Metadata"].(map[string]any)["AWS::ServerlessRepo::Application"]}})
	if err == nil {
		err = json.Unmarshal(text, &document)
	}
	if err != nil {
		t.Fatal(err)
	}
	app := document.Metadata["app"]
	for what, ok := range map[string]bool{
		"Name":            regexp.MustCompile(`^[a-zA-Z0-9-]{1,140}$`).MatchString(app.Name),
		"Description":     app.Description != "" && len(app.Description) <= 256,
		"Author":          regexp.MustCompile(`^[a-zA-Z0-9-]{1,127}$`).MatchString(app.Author),
		"SpdxLicenseId":   app.SpdxLicenseID == "MIT",
		"HomePageUrl":     regexp.MustCompile(`^https://`).MatchString(app.HomePageURL),
		"SourceCodeUrl":   regexp.MustCompile(`^https://`).MatchString(app.SourceCodeURL),
		"SemanticVersion": regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(app.SemanticVersion),
		"Labels":          len(app.Labels) <= 10,
	} {
		if !ok {
			t.Errorf("%s: %+v", what, app)
		}
	}
	for _, file := range []string{app.LicenseURL, app.ReadmeURL} {
		if info, err := os.Stat(filepath.Join(harness.Root(t), file)); err != nil || info.Size() == 0 || info.Size() > 512<<10 {
			t.Errorf("%q: %v", file, err)
		}
	}
}
