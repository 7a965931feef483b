package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
)

// Folder keeps the files of requests in a folder of this machine, in place of S3:
// s3://bucket/key is the file bucket/key in it.
type Folder string

// fileError is an error with a status of S3.
type fileError struct {
	error
	status int
}

func (e fileError) HTTPStatusCode() int { return e.status }
func (e fileError) Unwrap() error       { return e.error }

// name returns the name of an object's file. It refuses a key that is no plain path, as
// one with "..".
func (Folder) name(bucket, key string) (string, error) {
	name := path.Join(bucket, key)
	if name != bucket+"/"+key || !fs.ValidPath(name) || strings.ContainsAny(name, `\:`) {
		return "", fileError{fmt.Errorf("the key %q is no path of a file", key), http.StatusBadRequest}
	}
	return name, nil
}

// Open begins to read a file.
func (f Folder) Open(_ context.Context, bucket, key string) (io.ReadCloser, int64, error) {
	name, err := f.name(bucket, key)
	if err != nil {
		return nil, 0, err
	}
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, 0, notFound(err)
	}
	defer root.Close()
	file, err := root.Open(name)
	if err != nil {
		return nil, 0, notFound(err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fileError{fmt.Errorf("%s is no file", name), http.StatusNotFound}
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// Create writes a file. The folder is made when the first file is written.
func (f Folder) Create(_ context.Context, bucket, key string, body io.Reader, _ int64, _ string) error {
	name, err := f.name(bucket, key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, body)
	return errors.Join(err, file.Close())
}

// notFound gives the error of a file that does not exist S3's status.
func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fileError{err, http.StatusNotFound}
	}
	return err
}
