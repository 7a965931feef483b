package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// TestMakeRelease runs the target for one platform, because six take minutes.
func TestMakeRelease(t *testing.T) {
	root, dir := harness.Root(t), t.TempDir()
	dist := filepath.Join(dir, "dist")
	platform := runtime.GOOS + "/" + runtime.GOARCH
	cmd := exec.Command("make", "-C", root, "release", "PLATFORMS="+platform, "OUT="+filepath.Join(dir, "build"), "DIST="+dist)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make release: %v\n%s", err, out)
	}
	command := "larkbridge-" + strings.ReplaceAll(platform, "/", "-") + ".zip"
	want := []string{"card.zip", "checksums.txt", "event.zip", command, "send.zip", "template.yaml"}
	if diff := cmp.Diff(want, names(t, dist)); diff != "" {
		t.Errorf("files of the release (-want +got):\n%s", diff)
	}
	checkSums(t, dist)
	program := "-rwxr-xr-x 1980-01-01 "
	for name, want := range map[string][]string{
		"event.zip": {program + "bootstrap"}, "card.zip": {program + "bootstrap"}, "send.zip": {program + "bootstrap"},
		command: {program + "larkbridge", "-rw-r--r-- 1980-01-01 LICENSE"},
	} {
		if diff := cmp.Diff(want, contents(t, filepath.Join(dist, name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	second := filepath.Join(dir, "second")
	if err := release(root, filepath.Join(dir, "build", "release"), second, "", "arm64"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, dist, "checksums.txt"), read(t, second, "checksums.txt")); diff != "" {
		t.Errorf("the same input gives other bytes (-first +second):\n%s", diff)
	}
}

// The platforms of a release are the Makefile's.
func TestPlatforms(t *testing.T) {
	const want = "PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64"
	if makefile := read(t, harness.Root(t), "Makefile"); !strings.Contains(makefile, "\n"+want+"\n") {
		t.Errorf("the Makefile does not have the line %q", want)
	}
}

// The packaged template differs from the repository's in where the code is,
// and in nothing else that CloudFormation sees.
func TestPackagedTemplate(t *testing.T) {
	source := read(t, harness.Root(t), "template.yaml")
	for _, code := range []string{"", "s3://bucket/larkbridge/0.1.0/"} {
		text, err := packaged([]byte(source), code, "arm64")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range regexp.MustCompile(`(?m)^ +CodeUri: (\S+)$`).FindAllStringSubmatch(string(text), -1) {
			got = append(got, found[1])
		}
		if diff := cmp.Diff([]string{code + "event.zip", code + "card.zip", code + "send.zip"}, got); diff != "" {
			t.Errorf("code (-want +got):\n%s", diff)
		}
	}
	dir := t.TempDir()
	text, err := packaged([]byte(source), "s3://bucket/", "amd64")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "template.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	translated := template.TranslateFile(t, path)
	parameter := translated["Parameters"].(map[string]any)["Architecture"].(map[string]any)
	if diff := cmp.Diff([]any{"x86_64", []any{"x86_64"}}, []any{parameter["Default"], parameter["AllowedValues"]}); diff != "" {
		t.Errorf("default and values of the parameter Architecture (-want +got):\n%s", diff)
	}
	got, want := withoutCode(t, translated), withoutCode(t, template.Translate(t))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the packaged template (-repository +packaged):\n%s", diff)
	}
}

// withoutCode removes what a packaged template may change.
func withoutCode(t *testing.T, document map[string]any) map[string]any {
	t.Helper()
	delete(document["Parameters"].(map[string]any), "Architecture")
	for _, resource := range document["Resources"].(map[string]any) {
		r := resource.(map[string]any)
		if metadata, _ := r["Metadata"].(map[string]any); metadata["BuildMethod"] != nil {
			delete(r, "Metadata") // of the function, and of what SAM makes beside it
		}
		if r["Type"] == "AWS::Lambda::Function" {
			delete(r["Properties"].(map[string]any), "Code")
		}
	}
	return document
}

// A template that has changed is an error and not a package without code.
func TestPackagedRefuses(t *testing.T) {
	source := read(t, harness.Root(t), "template.yaml")
	for name, text := range map[string]string{
		"no sources":       strings.Replace(source, "    CodeUri: .\n", "", 1),
		"another build":    strings.Replace(source, "BuildMethod: makefile", "BuildMethod: go1.x", 1),
		"no architecture":  strings.Replace(source, "    Default: arm64\n", "", 1),
		"no functions":     "Globals:\n  Function:\n    CodeUri: .\n",
		"another function": source + "  Other:\n    Type: AWS::Serverless::Function\n",
	} {
		if _, err := packaged([]byte(text), "", "arm64"); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

// checkSums compares checksums.txt with the files beside it.
func checkSums(t *testing.T, dist string) {
	t.Helper()
	var want strings.Builder
	for _, name := range names(t, dist) {
		if name != "checksums.txt" {
			sum := sha256.Sum256([]byte(read(t, dist, name)))
			fmt.Fprintf(&want, "%s  %s\n", hex.EncodeToString(sum[:]), name)
		}
	}
	if diff := cmp.Diff(want.String(), read(t, dist, "checksums.txt")); diff != "" {
		t.Errorf("checksums (-want +got):\n%s", diff)
	}
}

// contents lists a zip: mode, day and name of each file.
func contents(t *testing.T, path string) (list []string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, file := range archive.File {
		list = append(list, fmt.Sprintf("%s %s %s", file.Mode(), file.Modified.Format("2006-01-02"), file.Name))
	}
	return list
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		list = append(list, file.Name())
	}
	return list
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
