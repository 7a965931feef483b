package main

import (
	"fmt"
	"io"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/printable"
)

// sampleList is the event types that there are samples of.
type sampleList []string

// Write writes the types, each with its variants if there are several.
func (l sampleList) Write(w io.Writer) {
	for _, eventType := range l {
		fmt.Fprintln(w, eventType)
		if variants := local.Variants(eventType); len(variants) > 1 {
			for i, name := range variants {
				fmt.Fprintf(w, "  --variant %d  %s\n", i+1, name)
			}
		}
	}
}

// MarshalJSON returns an object with the names of each type's samples.
func (l sampleList) MarshalJSON() ([]byte, error) {
	variants := map[string][]string{}
	for _, eventType := range l {
		variants[eventType] = append([]string{}, local.Variants(eventType)...)
	}
	return printable.JSON(variants)
}
