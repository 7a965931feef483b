package harness

import (
	"os/exec"
	"testing"
)

func TestLogFile(t *testing.T) {
	logs, err := newLogFile()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a\nb\n", "a\nb\na\nb\n"} {
		cmd := exec.Command("sh", "-c", "echo a; echo b >&2")
		cmd.Stdout, cmd.Stderr = logs.file, logs.file
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if got := logs.String(); got != want {
			t.Errorf("logs = %q, want %q", got, want)
		}
	}
}
