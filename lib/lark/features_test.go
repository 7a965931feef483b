package lark_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// feature is something that a program could do with the Python SDK for API calls.
type feature struct {
	name      string
	different string // on purpose
	check     func(*testing.T)
}

// Each feature of the Python SDK that this package replaces works here.
func TestFeatures(t *testing.T) {
	features := slices.Concat(settingsFeatures(), tokenFeatures(), requestFeatures(), answerFeatures())
	if len(features) != 60 {
		t.Errorf("got %d features, the SDK has 60 for API calls", len(features))
	}
	for i, f := range features {
		t.Run(fmt.Sprintf("%d %s", i+1, f.name), f.check)
	}
}

func settingsFeatures() []feature {
	return []feature{
		{"Feishu and Lark domains, any other", "", func(t *testing.T) {
			for domain, want := range map[string]string{"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com", "https://lark.example.com/": "https://lark.example.com"} {
				app, err := lark.ParseApp("default", []byte(`{"app_id":"a","app_secret":"s","domain":"`+domain+`"}`))
				if err != nil || app.BaseURL != want {
					t.Errorf("%s: got %+v, %v; want the URL %s", domain, app, err, want)
				}
			}
		}},
		{"settings from the environment", "the deployed functions read the Parameter Store; the names are for `larkbridge run`", func(t *testing.T) {
			env := map[string]string{"APP_ID": "a", "APP_SECRET": "s", "VERIFICATION_TOKEN": "v", "ENCRYPT_KEY": "k", "HELP_DESK_ID": "h", "HELP_DESK_TOKEN": "ht"}
			app, err := lark.AppFromEnv(func(name string) string { return env[name] })
			if err != nil || app.AppID+app.AppSecret.Reveal()+app.VerificationTokens[0].Reveal()+app.HelpDeskID+app.HelpDeskToken.Reveal() != "asvhht" || len(app.EncryptKeys) != 1 {
				t.Errorf("got %+v, %v; want all six", app, err)
			}
			env["APP_SECRET"] = ""
			if _, err := lark.AppFromEnv(func(name string) string { return env[name] }); err == nil || !strings.Contains(err.Error(), "APP_SECRET") {
				t.Errorf("got %v, want an error that names APP_SECRET", err)
			}
		}},
		{"settings from arguments", "they are one JSON object, or the fields of an App", func(t *testing.T) {
			app, err := lark.ParseApp("default", []byte(`{"app_id":"a","app_secret":"s","verification_token":"v","encrypt_key":"k","help_desk_id":"h","help_desk_token":"ht"}`))
			if err != nil || app.AppID != "a" || app.HelpDeskID != "h" || len(app.EncryptKeys) != 1 || len(app.VerificationTokens) != 1 {
				t.Errorf("got %+v, %v; want all six", app, err)
			}
		}},
		{"custom and marketplace apps", "", recorded("A01", "A26")},
		{"log levels", "", func(t *testing.T) {
			if log := logOf(t, slog.LevelWarn); !strings.Contains(log, "level=WARN") || strings.Contains(log, "level=DEBUG") {
				t.Errorf("got %q, want WARN and no DEBUG", log)
			}
		}},
		{"own logger", "it is a log/slog one; without one nothing is logged", func(t *testing.T) {
			if log := logOf(t, slog.LevelDebug); !strings.Contains(log, "token fetched") {
				t.Errorf("got %q, want what the client does", log)
			}
		}},
		{"secrets never logged", "", func(t *testing.T) {
			p := newPlatform(t)
			if log := logOf(t, slog.LevelDebug) + fmt.Sprintf("%+v %#v", p.app(customID), p.app(marketID)); secrets.MatchString(log) {
				t.Errorf("got %q, want no secret", log)
			}
		}},
		{"help desk value", "", recorded("B00")},
		{"own store", "its keys have the host, because Lark and Feishu share no tokens", func(t *testing.T) {
			p := newPlatform(t)
			p.works(p.client(), "")
			if got, err := p.store.Token(t.Context(), p.url+"#"+customID+"#tenant_access_token#"); got.Value == "" || err != nil {
				t.Errorf("got %v, %v; want the token in the store", got, err)
			}
		}},
		{"memory store with an end of life", "a token's end is a part of it; the client, not the store, judges it", func(t *testing.T) {
			p := newPlatform(t)
			c := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now))
			p.works(c, "")
			p.clock.add(2 * time.Hour)
			p.works(c, "")
			p.wantTokenCalls(2)
		}},
		{"shared store", "DynamoDB, not Redis", func(t *testing.T) {
			p := newPlatform(t)
			p.works(p.client(), "")
			p.works(p.client(), "")
			p.wantTokenCalls(1)
		}},
	}
}

func tokenFeatures() []feature {
	down := errors.New("store down")
	return []feature{
		{"tenant token is kept, custom app", "renewed with 30 minutes left, when Lark has a new one, and not with 3", func(t *testing.T) {
			p := newPlatform(t)
			c := p.client()
			for wait, calls := range []int{1, 0, 1} { // of two hours: after 0, 89 and 91 minutes
				p.clock.add([]time.Duration{0, 89 * time.Minute, 2 * time.Minute}[wait])
				p.works(c, "")
				p.wantTokenCalls(calls)
			}
		}},
		{"app token is kept, custom app", "", func(t *testing.T) {
			w := &tokenWire{}
			c := w.client()
			for range 2 {
				identity(t, w, c, lark.Call{Tokens: []lark.TokenType{lark.AppToken}}, "Bearer a-1")
			}
			if w.tokenCalls != 1 {
				t.Errorf("got %d token calls, want 1", w.tokenCalls)
			}
		}},
		{"app ticket is kept", "until the next one comes: Lark documents no end", func(t *testing.T) {
			tickets := lark.NewMemoryTokens(time.Now)
			err := errors.Join(tickets.PutTicket(t.Context(), "a", "new", now), tickets.PutTicket(t.Context(), "a", "old", now.Add(-time.Hour)))
			if got, readErr := tickets.Ticket(t.Context(), "a"); got.Reveal() != "new" || err != nil || readErr != nil {
				t.Errorf("got %s, %v, %v; want the newest", got.Reveal(), err, readErr)
			}
		}},
		{"marketplace app token", "", recorded("A26")},
		{"marketplace tenant token", "the stored app token is used", func(t *testing.T) {
			p := newPlatform(t)
			p.putTicket(p.IssueTicket(marketID))
			p.works(p.market(), "tk_1")
			p.works(p.market(), "tk_2")
			p.wantTokenCalls(3) // one of the app, two of tenants
		}},
		{"tenant key is needed", "", recorded("A20")},
		{"no ticket: asks for one", "", recorded("A21")},
		{"ticket refused: asks for one", "once in 5 minutes for all instances together", recorded("A24")},
		{"one refresh at a time", "", func(t *testing.T) {
			p := newPlatform(t)
			c := p.client()
			p.together(20, func(int) { p.works(c, "") })
			p.wantTokenCalls(1)
		}},
		{"store fails", "reading, too, does not end the call", func(t *testing.T) {
			recorded("B41")(t)
			p := newPlatform(t)
			p.works(lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(failingStore{Memory: p.store, token: down})), "")
		}},
		{"choice of the token", "", func(t *testing.T) {
			w := &tokenWire{}
			identity(t, w, w.client(), lark.Call{}, "Bearer t-1")
			identity(t, w, w.client(), lark.Call{Tokens: []lark.TokenType{lark.UserToken, lark.AppToken}}, "Bearer a-1")
		}},
		{"user token option", "a token that the API does not take is an error", recorded("A04", "A07", "A08")},
		{"tenant key option", "a tenant that the API does not take is an error", func(t *testing.T) {
			p := newPlatform(t)
			p.putTicket(p.IssueTicket(marketID))
			p.works(p.market(), "tk_1")
			if calls := p.Calls(); calls[len(calls)-1].TenantKey != "tk_1" {
				t.Errorf("got the call %+v, want it in the tenant tk_1", calls[len(calls)-1])
			}
			wantInvalid(t, lark.Call{Path: "x", TenantKey: "tk_1"})
		}},
		{"no token", "", func(t *testing.T) {
			w := &tokenWire{}
			identity(t, w, w.client(), lark.Call{Tokens: []lark.TokenType{lark.NoToken}}, "")
		}},
		{"user token is missing", "", recorded("A05")},
	}
}

// recorded returns a check that the calls with these ids do what the recording of
// the Python SDK shows, or what is better on purpose.
func recorded(calls ...string) func(*testing.T) {
	return func(t *testing.T) {
		vectors := readAPIVectors(t)
		for _, id := range calls {
			i := slices.IndexFunc(vectors, func(v apiVector) bool { return v.ID == id })
			if i < 0 {
				t.Fatalf("got no recording %s, want one", id)
			}
			vectors[i].run(t, fixes()[id])
		}
	}
}

// logOf returns what a client logs that gets a token and cannot store it.
func logOf(t *testing.T, level slog.Level) string {
	t.Helper()
	p, log := newPlatform(t), new(strings.Builder)
	p.works(lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now),
		lark.WithTokenStore(failingStore{Memory: p.store, settle: errors.New("store down")}),
		lark.WithLogger(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})))), "")
	return log.String()
}

// identity checks the Authorization header of a call.
func identity(t *testing.T, w *tokenWire, c *lark.Client, call lark.Call, want string) {
	t.Helper()
	call.Path = "x"
	if _, err := c.Do(t.Context(), call); err != nil || w.identities[len(w.identities)-1] != want {
		t.Errorf("got the identities %q, %v; want %q", w.identities, err, want)
	}
}
