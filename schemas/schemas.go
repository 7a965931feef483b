// Package schemas holds the JSON Schemas of what Larkbridge takes and publishes.
package schemas

import "embed"

//go:generate go run ./maketools

// Bus has the folder bus. In it detail.json describes the detail of every event of
// Lark, result.json that of every result of send, and each other file that of one
// detail type, which is its title.
//
//go:embed bus/*.json
var Bus embed.FS
