package request

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

const testUUID = "uuid-1"

// seen is a call as Lark gets it.
type seen struct{ Method, Path, Query, Body string }

// rig has verbs call a server that answers everything with reply.
type rig struct {
	t       *testing.T
	clients *Clients
	blobs   *fakeBlobs
	url     string

	mu      sync.Mutex
	calls   []seen
	headers []http.Header
	tenants []string // that tokens were asked for
	reply   func(w http.ResponseWriter, r *http.Request)
	other   http.Handler // answers instead
}

// serve has another handler answer.
func (g *rig) serve(h http.Handler) { g.other = h }

func newRig(t *testing.T) *rig { return newRigOf(t, lark.Custom) }

func newRigOf(t *testing.T, kind lark.AppType) *rig {
	g := &rig{t: t, blobs: &fakeBlobs{objects: map[string]string{}}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	app := &lark.App{Name: "default", Type: kind, BaseURL: server.URL, AppID: "cli_1", AppSecret: "s",
		HelpDeskID: "1", HelpDeskToken: "h"}
	tokens := store.NewMemory(time.Now)
	if err := tokens.PutTicket(t.Context(), app.AppID, "ticket", time.Now()); err != nil {
		t.Fatal(err)
	}
	client := lark.NewClient(app, lark.WithHTTPClient(server.Client()), lark.WithTokenStore(tokens), lark.WithClock(time.Now))
	g.clients = &Clients{Lark: client, HTTP: server.Client(), Blobs: g.blobs, Now: time.Now}
	return g
}

func (g *rig) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.other != nil {
		g.other.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if strings.HasPrefix(r.URL.Path, "/open-apis/auth/") {
		var body struct {
			TenantKey string `json:"tenant_key"`
		}
		if json.NewDecoder(r.Body).Decode(&body) == nil && body.TenantKey != "" {
			g.tenants = append(g.tenants, body.TenantKey)
		}
		_, _ = io.WriteString(w, `{"code":0,"msg":"ok","tenant_access_token":"t-1","app_access_token":"a-1","expire":7200}`)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller broke off
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body)})
	g.headers = append(g.headers, r.Header)
	if g.reply != nil {
		g.reply(w, r)
		return
	}
	_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":{"done":true}}`)
}

// plan makes a request ready.
func (g *rig) plan(doc string) (*Plan, error) {
	req, err := Parse([]byte(doc))
	if err != nil {
		return nil, err
	}
	return req.Plan(testUUID)
}

// run carries a request out, which must have no mistake.
func (g *rig) run(doc string) (*lark.Result, error) {
	g.t.Helper()
	p, err := g.plan(doc)
	if err != nil {
		g.t.Fatalf("%.200s: %v", doc, err)
	}
	return p.Run(context.Background(), g.clients)
}

// sent carries a request out, which must make one call.
func (g *rig) sent(doc string) seen {
	g.t.Helper()
	g.calls, g.headers = nil, nil
	if _, err := g.run(doc); err != nil {
		g.t.Fatalf("%.200s: %v", doc, err)
	}
	if len(g.calls) != 1 {
		g.t.Fatalf("%.200s: %d calls", doc, len(g.calls))
	}
	return g.calls[0]
}

// parts are the parts of a form, in order: name, file name, type and content.
func (g *rig) parts() [][4]string {
	g.t.Helper()
	_, params, err := mime.ParseMediaType(g.headers[0].Get("Content-Type"))
	if err != nil {
		g.t.Fatal(err)
	}
	var list [][4]string
	r := multipart.NewReader(strings.NewReader(g.calls[0].Body), params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return list
		}
		if err != nil {
			g.t.Fatal(err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			g.t.Fatal(err)
		}
		list = append(list, [4]string{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(content)})
	}
}

// fakeBlobs are objects by "bucket/key".
type fakeBlobs struct {
	objects map[string]string
	size    int64 // of every object, if it is not 0
	opened  int
	closed  int
	types   []string
	fail    error
}

type closer struct {
	io.Reader
	done func()
}

func (c closer) Close() error {
	c.done()
	return nil
}

func (b *fakeBlobs) Open(_ context.Context, bucket, key string) (io.ReadCloser, int64, error) {
	content, ok := b.objects[bucket+"/"+key]
	if !ok {
		return nil, 0, httpError(http.StatusNotFound)
	}
	size := int64(len(content))
	if b.size != 0 {
		size = b.size
	}
	b.opened++
	return closer{strings.NewReader(content), func() { b.closed++ }}, size, nil
}

func (b *fakeBlobs) Create(_ context.Context, bucket, key string, body io.Reader, _ int64, contentType string) error {
	if b.fail != nil {
		return b.fail
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(body); err != nil {
		return err
	}
	b.objects[bucket+"/"+key] = content.String()
	b.types = append(b.types, contentType)
	return nil
}

// httpError is a refusal by S3.
type httpError int

func (e httpError) Error() string       { return http.StatusText(int(e)) }
func (e httpError) HTTPStatusCode() int { return int(e) }

func diff(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// pagesReply is a list of two pages.
func pagesReply(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("page_token") == "p2" {
		_, _ = io.WriteString(w, `{"code":0,"data":{"items":[2],"has_more":false,"page_token":""}}`)
		return
	}
	_, _ = io.WriteString(w, `{"code":0,"data":{"items":[1],"has_more":true,"page_token":"p2"}}`)
}
