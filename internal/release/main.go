// Command release packs what `make release` has built into the files of a
// release: a zip for each function and for each platform of the command, a
// template that names the functions' zips, and the checksums of all of them.
// The same input gives the same bytes. It publishes nothing.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", ".build/release", "the folder of what was built: <function>/bootstrap and larkbridge-<os>-<arch>/larkbridge[.exe]")
	to := flag.String("to", "dist", "the folder that gets the release; it must not exist")
	code := flag.String("code", "", "what stands before a zip's name in the template: s3://BUCKET/FOLDER/, or nothing for the template's own folder")
	arch := flag.String("arch", "arm64", "what the functions were built for: arm64 or amd64")
	flag.Parse()
	if err := release(".", *from, *to, *code, *arch); err != nil {
		log.Fatal("release: ", err)
	}
}

// release writes the release of the repository at root into the folder to.
func release(root, from, to, code, arch string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		return err
	}
	text, err = packaged(text, code, arch)
	if err != nil {
		return fmt.Errorf("template.yaml: %w", err)
	}
	if err := os.WriteFile(filepath.Join(to, "template.yaml"), text, 0o644); err != nil {
		return err
	}
	folders, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		var license string // accompanies the command; Lambda has no use for it
		if strings.HasPrefix(folder.Name(), "larkbridge-") {
			license = filepath.Join(root, "LICENSE")
		}
		if err := zipFolder(filepath.Join(to, folder.Name()+".zip"), filepath.Join(from, folder.Name()), license); err != nil {
			return err
		}
	}
	return writeChecksums(to)
}

// writeChecksums writes checksums.txt, which `sha256sum -c` reads, about every
// other file of the folder.
func writeChecksums(folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var lines []string
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(content), file.Name()))
	}
	return os.WriteFile(filepath.Join(folder, "checksums.txt"), []byte(strings.Join(lines, "")), 0o644)
}
