package main

import (
	"bytes"
	"errors"
	"os/exec"
	"testing"
)

// errNotInstalled is the error of runProgram for a program that is not there.
var errNotInstalled = errors.New("the program is not installed")

// runProgram runs a program in a folder and returns all that it writes.
func runProgram(t *testing.T, folder string, input []byte, program string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		return "", errNotInstalled
	}
	command := exec.Command(program, args...)
	command.Dir, command.Stdin = folder, bytes.NewReader(input)
	out, err := command.CombinedOutput()
	return string(out), err
}
