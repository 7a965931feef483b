package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// The pictures in the repository are those that `go run ./internal/docs` draws.
func TestPictures(t *testing.T) {
	root := harness.Root(t)
	pictures, err := draw(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range pictures {
		got, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: run go run ./internal/docs (-want +got):\n%s", file, diff)
		}
		if path.Ext(file) == ".svg" {
			checkXML(t, file, got)
		}
	}
	if len(pictures) == 0 {
		t.Error("got no pictures, want those of docs/img")
	}
}

func checkXML(t *testing.T, file string, doc []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", file, err)
			return
		}
	}
}

func TestParseDiagramRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no title":                   "boxes: []",
		"a field that is not known":  "title: a\nbox: []",
		"an arrow to no box":         "title: a\nboxes: [{id: b, text: b}]\narrows: [{from: b, to: c}]",
		"a text in three languages":  "title: [a, b, c]",
		"a document that is no YAML": "title: [a",
	} {
		if d, err := parseDiagram([]byte(text)); err == nil {
			t.Errorf("%s: got %+v, want an error", name, d)
		}
	}
}
