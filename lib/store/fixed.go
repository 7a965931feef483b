package store

import "context"

// Fixed is a [Source] of settings that do not change: the twin of [SSM] for
// the local run and for tests.
type Fixed map[string]string

// Settings returns the documents.
func (f Fixed) Settings(context.Context) (map[string]string, error) { return f, nil }

// Where names the app.
func (f Fixed) Where(name string) string { return "settings of " + name }
