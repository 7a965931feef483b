// Package lazy compiles regular expressions when they are first used.
//
// Every function links packages whose expressions it may never need, and
// compiling those of this repository takes 0.7 ms of each cold start.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles expr on its first call and returns the
// same expression on each call. It panics then if expr is not valid.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
