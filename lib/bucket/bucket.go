// Package bucket knows which names S3 gives to buckets.
package bucket

import (
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
)

var validName = lazy.Regexp(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// ValidName reports whether a bucket can have the name
// (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). Any
// other name could change the host that is called.
func ValidName(name string) bool {
	return validName().MatchString(name) && !strings.Contains(name, "..")
}
