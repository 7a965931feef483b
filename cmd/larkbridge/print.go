package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/printable"
)

// printer writes steps as lines. It is safe for concurrent use.
type printer struct {
	out    io.Writer
	colour bool
	mu     sync.Mutex
}

// Colours, as their codes in an escape sequence.
const (
	dim   = "2"
	red   = "31"
	green = "32"
	cyan  = "36"
)

// print writes one line, such as
//
//	12:00:00.123  ⇠ event  im.message.receive_v1   verified, decrypted (0.2 ms)
func (p *printer) print(s local.Step) {
	mark, colour := look(s)
	line := fmt.Sprintf("%s  %s  %-44s  %s",
		p.paint(dim, s.Time.Local().Format("15:04:05.000")),
		p.paint(colour, fmt.Sprintf("%s %-5s", mark, s.Kind)),
		printable.Text(s.Subject), p.paint(dim, printable.Text(s.Note)))
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.out, strings.TrimRight(line, " "))
}

// look returns a step's mark and colour: an arrow to the left for what comes in, one
// to the right for what goes out.
func look(s local.Step) (mark, colour string) {
	switch {
	case s.Failed:
		return "✗", red
	case s.Kind == local.StepEvent, s.Kind == local.StepClick:
		return "⇠", cyan
	case s.Kind == local.StepSend, s.Kind == local.StepCard:
		return "✓", green
	}
	return "⇢", cyan
}

func (p *printer) paint(colour, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
