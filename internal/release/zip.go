package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// epoch is the time of every file in a zip, so that equal files make equal
// zips. It is the earliest that the format has.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// zipFolder writes a zip of the programs in a folder, and of one file more
// unless its path is empty.
func zipFolder(path, folder, extra string) error {
	programs, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	archive, err := os.Create(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	w := zip.NewWriter(archive)
	for _, program := range programs {
		if err := addFile(w, filepath.Join(folder, program.Name()), 0o755); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if extra != "" {
		if err := addFile(w, extra, 0o644); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return archive.Close()
}

func addFile(w *zip.Writer, path string, mode os.FileMode) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: filepath.Base(path), Method: zip.Deflate, Modified: epoch}
	header.SetMode(mode)
	file, err := w.CreateHeader(header)
	if err == nil {
		_, err = file.Write(content)
	}
	return err
}
