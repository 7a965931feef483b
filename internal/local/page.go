package local

import (
	_ "embed"
	"net/http"
)

//go:embed inspector.html
var inspector []byte

// servePage serves the inspector. What it shows came from outside, so the page
// may load nothing and talk to nobody else.
func servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src data:; "+
		"style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(inspector)
}
