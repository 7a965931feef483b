// Package version knows which Larkbridge this is. It is a constant and not set
// by the linker, so that a build from a zip of the sources has it too.
package version

// Version is the release, as in semver.org. CHANGELOG.md and template.yaml name
// the same one.
const Version = "0.1.0"

// Product is how the program names itself: in its calls to Lark, and in the
// first line of its log.
const Product = "larkbridge/" + Version
