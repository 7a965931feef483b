// Command docs draws the pictures of the documents anew: `go run ./internal/docs` in the
// root of the repository. The tests beside it keep the documents true: their pictures,
// links, commands and samples, and that both languages say the same.
package main

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// diagrams is the folder of the sources of the diagrams and of the pictures made from
// them.
const diagrams = "docs/img"

func main() {
	log.SetFlags(0)
	pictures, err := draw(os.DirFS("."))
	if err != nil {
		log.Fatal("docs: ", err)
	}
	for file, picture := range pictures {
		if err := os.WriteFile(filepath.FromSlash(file), picture, 0o644); err != nil {
			log.Fatal("docs: ", err)
		}
	}
}

// draw returns the pictures of the repository at root, by their files.
func draw(root fs.FS) (map[string][]byte, error) {
	sources, err := fs.Glob(root, diagrams+"/*.yaml")
	if err != nil {
		return nil, err
	}
	pictures := map[string][]byte{}
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
