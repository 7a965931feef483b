package harness

import (
	"fmt"
	"io"
	"math"
	"os"
)

// logFile takes what a process writes. With a file in place of a pipe, all that
// the process wrote before it answered can be read once the answer is there.
// The file has no name any more, and is closed when the logFile is collected:
// logs outlive their process.
type logFile struct{ file *os.File }

func newLogFile() (*logFile, error) {
	file, err := os.CreateTemp("", "larkbridge-log-")
	if err != nil {
		return nil, fmt.Errorf("make log file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, fmt.Errorf("hide log file: %w", err)
	}
	return &logFile{file}, nil
}

func (l *logFile) String() string {
	// Reads at offsets: the process shares the position it writes at.
	out, err := io.ReadAll(io.NewSectionReader(l.file, 0, math.MaxInt64))
	if err != nil {
		return fmt.Sprintf("%s\nread logs: %v", out, err)
	}
	return string(out)
}
