package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// caseAnswer is one of Lark's answers in a case.
type caseAnswer struct {
	Status  int
	Headers map[string]string
	Body    json.RawMessage
	Times   int
	Arrives bool    // what was asked is done all the same
	Hang    bool    // there is no answer
	Stall   bool    // the answer stops after half the body
	Drop    bool    // the connection ends instead
	Delay   float64 `json:"delay_s"`
}

// caseCall is one call that reached the Lark of a case.
type caseCall struct {
	method, target string // the target is decoded
	body           string
}

// caseLark is the Lark of the cases: a larktest.Platform for tokens, messages, card
// entities and webhooks, and for all other calls one that says yes. Before it answers so,
// it gives the answers of the case.
type caseLark struct {
	platform *larktest.Platform
	server   *httptest.Server

	mu      sync.Mutex
	calls   []caseCall
	answers []caseAnswer
	tokens  map[string][]caseAnswer // by app id
	hooks   map[string]string       // the platform's id of a webhook, by its id here
	uploads int
	from    int // the platform's messages before this case
}

func newCaseLark(apps ...larktest.App) *caseLark {
	l := &caseLark{platform: larktest.New(larktest.WithApps(apps...)), tokens: map[string][]caseAnswer{}, hooks: map[string]string{}}
	l.server = httptest.NewServer(l)
	return l
}

// begin forgets the case before.
func (l *caseLark) begin(answers []caseAnswer, tokens map[string][]caseAnswer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.answers, l.tokens, l.uploads = nil, answers, tokens, 0
	l.from = len(l.platform.Messages(""))
}

// sent are the messages of this case.
func (l *caseLark) sent() []larktest.Message { return l.platform.Messages("")[l.from:] }

func (l *caseLark) recorded() []caseCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]caseCall(nil), l.calls...)
}

func (l *caseLark) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.HasPrefix(r.URL.Path, "/open-apis/auth/v3/") {
		var credentials struct {
			AppID string `json:"app_id"`
		}
		_ = json.Unmarshal(body, &credentials) // then it is nobody's
		l.mu.Lock()
		answer := take(l.tokens, credentials.AppID)
		l.mu.Unlock()
		l.give(answer, w, r, l.platform.ServeHTTP)
		return
	}
	target, err := url.PathUnescape(r.URL.RequestURI())
	if err != nil {
		target = r.URL.RequestURI()
	}
	all := map[string][]caseAnswer{}
	l.mu.Lock()
	l.calls = append(l.calls, caseCall{r.Method, target, string(body)})
	all[""] = l.answers
	answer := take(all, "")
	l.answers = all[""]
	l.mu.Unlock()
	l.give(answer, w, r, l.serve)
}

// take returns the next answer of a list, nil when there is none.
func take(lists map[string][]caseAnswer, name string) *caseAnswer {
	list := lists[name]
	if len(list) == 0 {
		return nil
	}
	answer := list[0]
	if answer.Times <= 1 {
		lists[name] = list[1:]
	} else {
		list[0].Times--
	}
	return &answer
}

// give answers as the case says; without an answer, as usual.
func (l *caseLark) give(a *caseAnswer, w http.ResponseWriter, r *http.Request, usual http.HandlerFunc) {
	if a == nil {
		usual(w, r)
		return
	}
	if a.Delay > 0 && !pause(r.Context(), time.Duration(a.Delay*float64(time.Second))) {
		return
	}
	if a.Arrives {
		usual(httptest.NewRecorder(), r)
	}
	switch {
	case a.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case a.Drop:
		panic(http.ErrAbortHandler)
	}
	body := string(a.Body)
	if len(a.Body) > 0 && a.Body[0] == '"' {
		_ = json.Unmarshal(a.Body, &body) // the file has been read before
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "log-of-the-case")
	for name, value := range a.Headers {
		w.Header().Set(name, value)
	}
	if a.Stall {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.WriteHeader(a.Status)
		_, _ = io.WriteString(w, body[:len(body)/2]) // the caller may have gone
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, body) // the caller may have gone
}

// pause reports false if ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

var (
	replyPath    = regexp.MustCompile(`^/open-apis/im/v1/messages/([^/]+)/reply$`)
	resourcePath = regexp.MustCompile(`^/open-apis/im/v1/messages/[^/]+/resources/([^/]+)$`)
	hookPath     = regexp.MustCompile(`^/open-apis/bot/v2/hook/([^/]+)$`)
)

// serve answers as usual.
func (l *caseLark) serve(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case r.Method == http.MethodPost && path == "/open-apis/im/v1/messages", strings.HasPrefix(path, "/open-apis/cardkit/"):
		l.platform.ServeHTTP(w, r)
	case r.Method == http.MethodPost && replyPath.MatchString(path):
		id := replyPath.FindStringSubmatch(path)[1]
		if _, ok := l.platform.Message(id); !ok {
			l.platform.AddMessage(larktest.Message{ID: id, ReceiveID: "oc_of_" + id, ReceiveIDType: "chat_id", MsgType: "text", Content: `{"text":"x"}`})
		}
		l.platform.ServeHTTP(w, r)
	case r.Method == http.MethodPost && hookPath.MatchString(path):
		id := hookPath.FindStringSubmatch(path)[1]
		l.mu.Lock()
		if l.hooks[id] == "" {
			l.hooks[id] = l.platform.AddHook("")
		}
		r.URL.Path = strings.Replace(path, id, l.hooks[id], 1)
		l.mu.Unlock()
		l.platform.ServeHTTP(w, r)
	case r.Method == http.MethodGet && (resourcePath.MatchString(path) || strings.HasSuffix(path, "/download")):
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = io.WriteString(w, "FILE "+path[strings.LastIndexByte(path, '/')+1:]) // the caller may have gone
	case r.Method == http.MethodPost && (path == "/open-apis/im/v1/files" || path == "/open-apis/im/v1/images"):
		l.mu.Lock()
		l.uploads++
		key := map[string]string{
			"/open-apis/im/v1/files":  fmt.Sprintf(`"file_key":"file_v3_%d"`, l.uploads),
			"/open-apis/im/v1/images": fmt.Sprintf(`"image_key":"img_v3_%d"`, l.uploads),
		}[path]
		l.mu.Unlock()
		yes(w, "{"+key+"}")
	default:
		yes(w, "{}")
	}
}

func yes(w http.ResponseWriter, data string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "log-of-the-case")
	_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":`+data+`}`) // the caller may have gone
}
