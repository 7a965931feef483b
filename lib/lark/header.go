package lark

import "strings"

// Header holds the headers of a request. Names may be in any case: API Gateway
// gives them in lower case, net/http in canonical form.
type Header map[string]string

// Get returns the value of the named header, "" when there is none.
func (h Header) Get(name string) string {
	if v, ok := h[name]; ok {
		return v
	}
	for k, v := range h {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}
