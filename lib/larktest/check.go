package larktest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// check collects field violations.
type check []violation

func (c *check) add(field, value, format string, args ...any) {
	*c = append(*c, violation{field, value, field + " " + fmt.Sprintf(format, args...)})
}

func (c *check) required(field, value string) {
	if value == "" {
		c.add(field, "", "is required")
	}
}

func (c *check) oneOf(field, value string, options []string) {
	if !slices.Contains(options, value) {
		c.add(field, value, "is required, options: [%s]", strings.Join(options, ","))
	}
}

func (c *check) maxLen(field, value string, n int) {
	if utf8.RuneCountInString(value) > n {
		c.add(field, value, "the max len is %d", n)
	}
}

// failure is nil without violations.
func (c check) failure() *failure {
	if len(c) == 0 {
		return nil
	}
	f := fail(99992402, "field validation failed")
	f.violations = c
	return f
}
