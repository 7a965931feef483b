// Command docs draws the pictures of the documents anew: `go run ./internal/docs` in the
// root of the repository. With Chromium in the PATH it also measures how high the cards
// of notices are. The tests beside it keep the documents true: their pictures, links,
// commands and samples, and that both languages say the same.
package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// diagrams is the folder of the sources of the diagrams and of the pictures made from
// them.
const diagrams = "docs/img"

func main() {
	log.SetFlags(0)
	if err := run(os.DirFS(".")); err != nil {
		log.Fatal("docs: ", err)
	}
}

// run measures the cards, if it can, and writes all pictures.
func run(root fs.FS) error {
	if err := measure(root); err != nil {
		return err
	}
	pictures, err := draw(root)
	if err != nil {
		return err
	}
	for file, picture := range pictures {
		if err := os.WriteFile(filepath.FromSlash(file), picture, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// measure writes the heights of the cards as Chromium lays them out. Without Chromium it
// leaves them as they are.
func measure(root fs.FS) error {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		log.Print("docs: without chromium in the PATH, the heights of the cards stay as they are")
		return nil
	}
	cards, err := noticeCards(root)
	if err != nil {
		return err
	}
	page, err := os.CreateTemp("", "cards-*.html")
	if err != nil {
		return err
	}
	defer os.Remove(page.Name())
	if _, err := page.Write(measurement(cards)); err != nil {
		return err
	}
	if err := page.Close(); err != nil {
		return err
	}
	out, err := exec.Command(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom", "file://"+page.Name()).Output()
	if err != nil {
		return fmt.Errorf("measuring the cards: %w", err)
	}
	heights := readMeasurement(out)
	if len(heights) != len(cards) {
		return fmt.Errorf("measuring the cards: got %d heights, want %d", len(heights), len(cards))
	}
	doc, err := json.MarshalIndent(heights, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(notices, 0o755); err != nil {
		return err
	}
	return os.WriteFile(heightsFile, append(doc, '\n'), 0o644)
}

// draw returns the pictures of the repository at root, by their files.
func draw(root fs.FS) (map[string][]byte, error) {
	heights, err := readHeights(root)
	if err != nil {
		return nil, err
	}
	pictures, err := drawNotices(root, heights)
	if err != nil {
		return nil, err
	}
	sources, err := fs.Glob(root, diagrams+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		text, err := fs.ReadFile(root, source)
		if err != nil {
			return nil, err
		}
		d, err := parseDiagram(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		name := strings.TrimSuffix(path.Base(source), ".yaml")
		pictures[diagrams+"/"+name+".svg"] = d.svg(english)
		pictures[diagrams+"/"+name+".zh.svg"] = d.svg(chinese)
	}
	return pictures, nil
}
