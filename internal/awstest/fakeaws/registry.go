package fakeaws

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"sync"
)

// Registries is the API of EventBridge's schema registries, as far as schemas are
// described, created and updated by it. The zero value has no registry. It is an
// http.Handler for AWS_ENDPOINT_URL_SCHEMAS.
type Registries struct {
	mu      sync.Mutex
	schemas map[string]map[string]string // content by registry and name
	writes  int
	refusal string
}

// Refuse makes every call fail with the code from now on.
func (g *Registries) Refuse(code string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusal = code
}

// Content returns the content of a schema, "" if there is none.
func (g *Registries) Content(registry, name string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.schemas[registry][name]
}

// Writes returns how often something was created or updated.
func (g *Registries) Writes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.writes
}

// Put replaces the content of a schema that there is.
func (g *Registries) Put(registry, name, content string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.schemas[registry][name] = content
}

// validName matches the names that AWS takes for a schema or a registry.
var validName = regexp.MustCompile(`^[0-9A-Za-z_.@-]{1,64}$`)

func (g *Registries) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // all of it, before the client gets an answer
	if err != nil {
		return // the caller has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	defer g.mu.Unlock()
	mux := http.NewServeMux()
	const registry, schema = "/v1/registries/name/{registry}", "/v1/registries/name/{registry}/schemas/name/{schema}"
	mux.HandleFunc(registry, g.serveRegistry)
	mux.HandleFunc(schema, g.serveSchema)
	if g.refusal != "" {
		refuseREST(w, http.StatusForbidden, g.refusal)
		return
	}
	mux.ServeHTTP(w, r)
}

func (g *Registries) serveRegistry(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("registry")
	switch schemas := g.schemas[name]; {
	case r.Method == http.MethodGet && schemas == nil:
		refuseREST(w, http.StatusNotFound, "NotFoundException")
		return
	case r.Method == http.MethodPost && schemas != nil:
		refuseREST(w, http.StatusConflict, "ConflictException")
		return
	case r.Method == http.MethodPost && !validName.MatchString(name):
		refuseREST(w, http.StatusBadRequest, "BadRequestException")
		return
	case r.Method == http.MethodPost:
		if g.schemas == nil {
			g.schemas = map[string]map[string]string{}
		}
		g.schemas[name] = map[string]string{}
		g.writes++
	}
	answerREST(w, map[string]string{"RegistryName": name})
}

func (g *Registries) serveSchema(w http.ResponseWriter, r *http.Request) {
	registry, name := g.schemas[r.PathValue("registry")], r.PathValue("schema")
	content, found := registry[name]
	if registry == nil || !found && r.Method != http.MethodPost {
		refuseREST(w, http.StatusNotFound, "NotFoundException")
		return
	}
	if r.Method != http.MethodGet {
		var in struct{ Content, Type, Description string }
		var doc struct{ OpenAPI string }
		switch {
		case json.NewDecoder(r.Body).Decode(&in) != nil, json.Unmarshal([]byte(in.Content), &doc) != nil,
			!validName.MatchString(name), in.Type != "OpenApi3", doc.OpenAPI != "3.0.0", len(in.Description) > 256:
			refuseREST(w, http.StatusBadRequest, "BadRequestException")
			return
		case r.Method == http.MethodPost && found:
			refuseREST(w, http.StatusConflict, "ConflictException")
			return
		}
		registry[name] = in.Content
		g.writes++
		answerREST(w, map[string]string{"SchemaName": name, "Type": in.Type})
		return
	}
	answerREST(w, map[string]string{"SchemaName": name, "Content": content, "Type": "OpenApi3"})
}

func refuseREST(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	answerREST(w, map[string]string{"Code": code, "Message": "refused"})
}

func answerREST(w http.ResponseWriter, doc map[string]string) {
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err) // strings always have a JSON
	}
	_, _ = w.Write(text) // the caller may have gone
}
