package lark_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func requestFeatures() []feature {
	files := &lark.Form{
		Fields: []lark.FormField{{Name: "file_type", Value: "pdf"}},
		Files:  []lark.File{formFile("a", "", "", "one"), formFile("a", "b.pdf", "application/pdf", "two")},
	}
	return []feature{
		{"path /open-apis/…", "", recorded("A50")},
		{"short path", "", recorded("A51")},
		{"full URL", "only on the app's own host: a token goes nowhere else", func(t *testing.T) {
			if got, _ := requestOf(t, lark.Call{Path: platformURL + "/open-apis/x"}); got.URL.String() != platformURL+"/open-apis/x" {
				t.Errorf("got %s, want the URL as it is", got.URL)
			}
			wantInvalid(t, lark.Call{Path: "https://evil.example.com/open-apis/x"})
		}},
		{"path params", "a value is one segment", func(t *testing.T) {
			if got, _ := requestOf(t, lark.Call{Path: "a/:id", PathParams: map[string]string{"id": "x/../y?z"}}); got.URL.EscapedPath() != "/open-apis/a/x%2F..%2Fy%3Fz" {
				t.Errorf("got %s, want one segment", got.URL.EscapedPath())
			}
		}},
		{"path param is missing", "", recorded("A62", "A64")},
		{"query params, lists", "booleans as Lark reads them", recorded("A70")},
		{"query with a form", "the query is sent", recorded("A92")},
		{"all methods", "", func(t *testing.T) {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				if got, body := requestOf(t, lark.Call{Method: method, Path: "x", Body: []byte(`{}`)}); got.Method != method || body != `{}` {
					t.Errorf("got %s %s, want %s {}", got.Method, body, method)
				}
			}
		}},
		{"JSON body", "byte for byte as the caller wrote it", func(t *testing.T) {
			const doc = `{"n":1.0, "s":"\u4f60"}`
			if got, body := requestOf(t, lark.Call{Method: "POST", Path: "x", Body: []byte(doc)}); body != doc || got.Header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("got %s, %v; want %s as JSON", body, got.Header, doc)
			}
		}},
		{"raw body", "", recorded("A82")},
		{"no body", "", func(t *testing.T) {
			if got, body := requestOf(t, lark.Call{Path: "x"}); body != "" || got.Header.Get("Content-Type") != "" {
				t.Errorf("got %q, %v; want nothing", body, got.Header)
			}
		}},
		{"typed body, ids as strings", "the caller encodes it", func(t *testing.T) {
			doc, err := json.Marshal(struct {
				ID int64 `json:"id,string"`
			}{6960000000000000001})
			if _, body := requestOf(t, lark.Call{Method: "POST", Path: "x", Body: doc}); body != `{"id":"6960000000000000001"}` || err != nil {
				t.Errorf("got %s, %v; want the id as a string", body, err)
			}
		}},
		{"form fields and files", "", func(t *testing.T) {
			if got := formOf(t, files); got.Value["file_type"][0] != "pdf" || len(got.File) != 1 {
				t.Errorf("got %+v, want one field and the files", got)
			}
		}},
		{"several files of one field", "", func(t *testing.T) {
			if got := formOf(t, files).File["a"]; len(got) != 2 || got[1].Filename != "b.pdf" {
				t.Errorf("got %+v, want two files", got)
			}
		}},
		{"defaults of files", "", func(t *testing.T) {
			if got := formOf(t, files).File["a"][0]; got.Filename != "file" || got.Header.Get("Content-Type") != "application/octet-stream" {
				t.Errorf("got %+v, want a name and a type", got)
			}
		}},
		{"file from a reader", "it is opened anew for each attempt", func(t *testing.T) {
			if got := formOf(t, files).File["a"]; got[0].Size != 3 || got[1].Size != 3 {
				t.Errorf("got %d and %d bytes, want all", got[0].Size, got[1].Size)
			}
		}},
		{"user agent", "a name without a version", func(t *testing.T) {
			if got, _ := requestOf(t, lark.Call{Path: "x"}); !strings.HasPrefix(got.UserAgent(), "larkbridge") {
				t.Errorf("got %q, want larkbridge", got.UserAgent())
			}
		}},
		{"bearer header", "", recorded("A01")},
		{"help desk option", "", recorded("B00", "B01")},
		{"time-out option", "always one, for tokens and retry together", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}), lark.Call{Path: "x", Timeout: 3 * time.Second})
				if elapsed := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || elapsed != 3*time.Second {
					t.Errorf("got %v after %v, want the time-out after 3 s", err, elapsed)
				}
			})
		}},
		{"retry with another token", "none for a user's token, which is the caller's to replace", recorded("A41", "A42", "A44")},
		{"one retry only", "", recorded("A47")},
		{"no retry for other codes", "", recorded("A45")},
		{"retry sends the body again", "", recorded("A48")},
	}
}

func answerFeatures() []feature {
	return []feature{
		{"code, msg, error, data", "a code that is not 0 is an error", recorded("B10")},
		{"no data field", "", recorded("B11")},
		{"typed result", "", func(t *testing.T) {
			user, err := lark.Do[struct {
				Name string
				Age  int
			}](t.Context(), new(tokenWire).client(), lark.Call{Path: "x"})
			if user.Name != "Ann" || user.Age != 7 || err != nil {
				t.Errorf("got %+v, %v; want Ann, 7", user, err)
			}
		}},
		{"any JSON in data", "", recorded("B13", "B14")},
		{"answer that is not JSON", "", recorded("B16", "B17")},
		{"broken JSON, array, no code", "", recorded("B19", "B22")},
		{"download to memory", "", recorded("B30")},
		{"download to a writer", "the caller reads; nothing is whole in memory", recorded("B31")},
		{"error in place of a download", "also with the status 200", func(t *testing.T) {
			recorded("B33", "B34")(t)
			c := lark.NewClient(&lark.App{BaseURL: platformURL}, lark.WithHTTPClient(respond(200, nil, `{"code":99991672,"msg":"m"}`)))
			_, err := c.Download(t.Context(), lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}})
			if failure(t, err).Code != 99991672 {
				t.Errorf("got %v, want the code 99991672", err)
			}
		}},
		{"log id, status, headers", "", func(t *testing.T) {
			res, err := bare(t, respond(201, http.Header{"X-Request-Id": {"log"}}, `{"code":0}`), lark.Call{Path: "x"})
			if err != nil || res.Status != 201 || res.LogID != "log" || res.Header.Get("x-request-id") != "log" {
				t.Errorf("got %+v, %v; want the status, the log id and the headers", res, err)
			}
		}},
	}
}

// requestOf makes a call and returns the request that was sent and its body.
func requestOf(t *testing.T, call lark.Call) (sent *http.Request, body string) {
	t.Helper()
	_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
		doc, err := io.ReadAll(r.Body)
		sent, body = r, string(doc)
		if err != nil {
			t.Error(err)
		}
		return respond(200, nil, `{"code":0}`)(r)
	}), call)
	if err != nil {
		t.Fatal(err)
	}
	return sent, body
}

// wantInvalid checks that nothing is sent for a call that is wrong.
func wantInvalid(t *testing.T, call lark.Call) {
	t.Helper()
	_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request is sent to %s", r.URL)
		return respond(200, nil, `{"code":0}`)(r)
	}), call)
	if failure(t, err).Kind != lark.KindValidation {
		t.Errorf("got %v, want a validation error", err)
	}
}

func formFile(field, name, kind, content string) lark.File {
	return lark.File{Field: field, Name: name, Type: kind, Size: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

// formOf returns a form as it is sent.
func formOf(t *testing.T, form *lark.Form) *multipart.Form {
	t.Helper()
	sent, body := requestOf(t, lark.Call{Method: "POST", Path: "x", Form: form})
	_, boundary, _ := strings.Cut(sent.Header.Get("Content-Type"), "boundary=")
	got, err := multipart.NewReader(strings.NewReader(body), boundary).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
