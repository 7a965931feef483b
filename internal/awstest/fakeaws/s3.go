package fakeaws

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// PutObject stores an object.
func (a *AWS) PutObject(bucket, key string, content []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects[bucket+"/"+key] = content
}

// Objects returns the objects of a bucket whose keys begin with prefix, by key.
func (a *AWS) Objects(bucket, prefix string) map[string][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(a.objects)) {
		if key, ok := strings.CutPrefix(name, bucket+"/"); ok && strings.HasPrefix(key, prefix) {
			found[key] = a.objects[name]
		}
	}
	return found
}

// serveS3 answers calls for objects, with the bucket in the path.
func (a *AWS) serveS3(w http.ResponseWriter, r *http.Request, body []byte) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if _, key, _ := strings.Cut(name, "/"); key == "" {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	content, ok := a.objects[name]
	switch {
	case r.Method == http.MethodPut:
		if int64(len(body)) != r.ContentLength {
			w.WriteHeader(http.StatusBadRequest) // the caller gave up
			return
		}
		a.objects[name] = body
	case !ok:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"))
	default:
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content) // the caller may have gone
	}
}
