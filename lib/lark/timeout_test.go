package lark_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// blocking is the body of an answer that never ends.
type blocking struct{ ctx context.Context }

func (b blocking) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (blocking) Close() error { return nil }

// A call ends when its time is over, whatever it waits for: the time-out is
// for all of it, its tokens and its retry included. Time is the bubble's.
func TestTimeout(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	after := func(d time.Duration, body string) wireFunc {
		return func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(d):
				return respond(200, nil, body)(r)
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
	}
	endless := func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: blocking{r.Context()}}, nil
	}
	const token, stale = `{"code":0,"tenant_access_token":"t-1","expire":7200}`, `{"code":99991663,"msg":"token"}`
	at := func(answers ...wireFunc) []wireFunc { return answers }
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		token   wireFunc
		api     []wireFunc // one after the other
		want    time.Duration
	}{
		{"the default", 0, after(0, token), at(hang), lark.DefaultTimeout},
		{"the call's own", 3 * time.Second, after(0, token), at(hang), 3 * time.Second},
		{"longer than the default", time.Minute, after(0, token), at(hang), time.Minute},
		{"the answer does not end", 3 * time.Second, after(0, token), at(endless), 3 * time.Second},
		{"the token takes a part of it", 3 * time.Second, after(2*time.Second, token), at(hang), 3 * time.Second},
		{"the retry takes the rest", 3 * time.Second, after(time.Second/2, token), at(after(time.Second, stale), hang), 3 * time.Second},
		{"no token comes", 3 * time.Second, hang, nil, 3 * time.Second},
		{"a token call has less", 0, hang, nil, 5 * time.Second},
	} {
		for name, do := range map[string]func(*testing.T, *lark.Client, lark.Call) error{"Do": doCall, "Open": openCall} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					api := tt.api
					app := &lark.App{Type: lark.Custom, BaseURL: platformURL, AppID: "cli_a", AppSecret: "app-secret-text"}
					client := lark.NewClient(app, lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
						if strings.HasPrefix(r.URL.Path, "/open-apis/auth/") {
							return tt.token(r)
						}
						answer := api[0]
						api = api[1:]
						return answer(r)
					})))
					start := time.Now()
					err := do(t, client, lark.Call{Method: "GET", Path: "x", Timeout: tt.timeout})
					if elapsed := time.Since(start); elapsed != tt.want {
						t.Errorf("took %v, want %v", elapsed, tt.want)
					}
					if !errors.Is(err, context.DeadlineExceeded) || len(api) != 0 {
						t.Errorf("got %v with %d answers left", err, len(api))
					}
				})
			})
		}
	}
}

func doCall(t *testing.T, client *lark.Client, call lark.Call) error {
	_, err := client.Do(t.Context(), call)
	return err
}

// openCall reads the file too.
func openCall(t *testing.T, client *lark.Client, call lark.Call) error {
	file, err := client.Download(t.Context(), call)
	if err != nil {
		return err
	}
	defer file.Body.Close()
	_, err = io.ReadAll(file.Body)
	return err
}
