package lark_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The documented numbers that other packages use, too.
func TestDocumentedNumbers(t *testing.T) {
	if want := 7*time.Hour + 5*time.Minute + 15*time.Second; lark.RedeliverySpan != want {
		t.Errorf("got RedeliverySpan %v, want %v", lark.RedeliverySpan, want)
	}
	if lark.MaxBody != 1048576 || lark.MaxCardReply != 30720 || lark.DefaultTimeout != 30*time.Second {
		t.Errorf("got MaxBody %d, MaxCardReply %d, DefaultTimeout %v; want 1048576, 30720, 30s", lark.MaxBody, lark.MaxCardReply, lark.DefaultTimeout)
	}
}

// leases is a store that records for how long each lease was asked for.
type leases struct {
	*lark.MemoryTokens
	asked map[string]time.Duration // by the beginning of the key
}

func (l leases) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	kind, _, _ := strings.Cut(key, "#")
	l.asked[kind] = d
	return l.MemoryTokens.Lease(ctx, key, seen, d)
}

// One client may take 8 s to refresh a token; an app_ticket is asked for once in
// 5 minutes.
func TestLeaseTimes(t *testing.T) {
	p := newPlatform(t)
	l := leases{lark.NewMemoryTokens(p.clock.now), map[string]time.Duration{}}
	c := lark.NewClient(p.app(marketID), lark.WithHTTPClient(p.http), lark.WithTokenStore(l), lark.WithClock(p.clock.now))
	if e := failure(t, p.call(c, "tk_1")); e.Kind != lark.KindAuth {
		t.Errorf("got %v, want an error for the missing app_ticket", e)
	}
	if diff := cmp.Diff(map[string]time.Duration{p.url: 8 * time.Second, "resend": 5 * time.Minute}, l.asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A reply to a click has up to 30 KB.
func TestCardReplySize(t *testing.T) {
	const frame = `{"toast":{"content":""}}`
	for size, ok := range map[int]bool{30 << 10: true, 30<<10 + 1: false} {
		doc := `{"toast":{"content":"` + strings.Repeat("x", size-len(frame)) + `"}}`
		reply, err := lark.ParseCardReply([]byte(doc))
		if (err == nil) != ok {
			t.Errorf("%d bytes: got %v, want good: %v", size, err, ok)
		}
		if reply == nil {
			reply = &lark.CardReply{Toast: &lark.Toast{Content: strings.Repeat("x", size-len(frame))}}
		}
		if _, err := reply.Encode(false); (err == nil) != ok {
			t.Errorf("encoding %d bytes: got %v, want good: %v", size, err, ok)
		}
	}
}

// A JSON answer of up to 64 KB to a download can be an error of Lark's; a larger
// one is a file.
func TestDownloadErrorSize(t *testing.T) {
	const frame = `{"code":1,"msg":""}`
	for size, isFile := range map[int]bool{64 << 10: false, 64<<10 + 1: true} {
		doc := `{"code":1,"msg":"` + strings.Repeat("x", size-len(frame)) + `"}`
		client := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: platformURL}, lark.WithHTTPClient(respond(200, http.Header{"Content-Type": {"application/json"}}, doc)))
		file, err := client.Download(t.Context(), lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}})
		if (err == nil) != isFile {
			t.Errorf("%d bytes: got %v, want a file: %v", size, err, isFile)
		}
		if err == nil {
			body, err := io.ReadAll(file.Body)
			if err != nil || string(body) != doc {
				t.Errorf("%d bytes: got %d bytes, %v", size, len(body), err)
			}
			file.Body.Close()
		}
	}
}

// A token with 30 minutes left is renewed, one with a second more is not. While
// another client renews it, it serves as long as it has more than 10 s left.
func TestTokenTimes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		left  time.Duration
		lease bool // of another client
		calls int
		fails bool
	}{
		{"30 min and 1 s left", 30*time.Minute + time.Second, false, 0, false},
		{"30 min left", 30 * time.Minute, false, 1, false},
		{"11 s left, another renews it", 11 * time.Second, true, 0, false},
		{"10 s left, another renews it", 10 * time.Second, true, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t)
			c := p.client()
			p.works(c, "")
			p.wantTokenCalls(1)
			p.clock.add(2*time.Hour - tt.left)
			if tt.lease {
				key := lark.TokenKey(c, "tenant_access_token", "")
				seen, err := p.store.Token(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				if won, _, err := p.store.Lease(t.Context(), key, seen.Value, time.Hour); err != nil || !won {
					t.Fatalf("got the lease %v, %v; want it", won, err)
				}
			}
			call := lark.Call{Path: "im/v1/chats"}
			if tt.fails {
				call.Timeout = 100 * time.Millisecond // it would wait for the other client
			}
			if _, err := p.client().Do(t.Context(), call); (err != nil) != tt.fails {
				t.Errorf("got %v, want an error: %v", err, tt.fails)
			}
			p.wantTokenCalls(tt.calls)
		})
	}
}
