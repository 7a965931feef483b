package local

import (
	"bytes"
	"strings"
	"sync"
)

// lineWriter shows each line that is written to it. It is safe for concurrent use.
type lineWriter struct {
	show func(line string)

	mu   sync.Mutex
	rest []byte // of a line that has not ended
}

// maxLine is how many bytes of a line are shown at once.
const maxLine = 4 << 10

// Write shows the lines that end in p, and a line that has become too long.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n') + 1
		if end == 0 && len(w.rest) >= maxLine {
			end = maxLine
		}
		if end == 0 {
			return len(p), nil
		}
		w.show(strings.TrimRight(string(w.rest[:end]), "\r\n"))
		w.rest = append(w.rest[:0], w.rest[end:]...)
	}
}
