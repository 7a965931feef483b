package lark_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/version"
)

// tokenWire gives out t-1 and a-1, and keeps what comes after.
type tokenWire struct {
	tokenCalls int
	agents     []string // of every request
	identities []string // of API calls
}

func (w *tokenWire) Do(r *http.Request) (*http.Response, error) {
	w.agents = append(w.agents, r.UserAgent())
	if strings.HasPrefix(r.URL.Path, "/open-apis/auth/") {
		w.tokenCalls++
		return respond(200, nil, `{"code":0,"tenant_access_token":"t-1","app_access_token":"a-1","expire":7200}`)(r)
	}
	w.identities = append(w.identities, r.Header.Get("Authorization"))
	return respond(200, nil, `{"code":0,"data":{"name":"Ann","age":7,"new":[1]}}`)(r)
}

func (w *tokenWire) client() *lark.Client {
	clock := func() time.Time { return now }
	app := &lark.App{Name: "default", Type: lark.Custom, BaseURL: platformURL, AppID: "cli_a", AppSecret: "app-secret-text"}
	return lark.NewClient(app, lark.WithHTTPClient(w), lark.WithTokenStore(store.NewMemory(clock)), lark.WithClock(clock))
}

// Every set of types that an API can take, with every set of options: the
// tenant's token, else the first by name; an option decides, or is refused
// where the API does not take it.
func TestTokenChoice(t *testing.T) {
	const tenant, app, user, none, refused = "Bearer t-1", "Bearer a-1", "Bearer u-1", "", "refused"
	for _, tt := range []struct {
		types                           string
		plain, withUser, inTenant, both string
	}{
		{"", tenant, user, tenant, user}, // as tenant user
		{"app", app, refused, refused, refused},
		{"none", none, refused, refused, refused},
		{"tenant", tenant, refused, tenant, refused},
		{"user", refused, user, refused, user},
		{"app none", app, refused, refused, refused},
		{"app tenant", tenant, refused, tenant, refused},
		{"app user", app, user, refused, user},
		{"none tenant", tenant, refused, tenant, refused},
		{"none user", none, user, refused, user},
		{"tenant user", tenant, user, tenant, user},
		{"app none tenant", tenant, refused, tenant, refused},
		{"app none user", app, user, refused, user},
		{"app tenant user", tenant, user, tenant, user},
		{"none tenant user", tenant, user, tenant, user},
		{"app none tenant user", tenant, user, tenant, user},
	} {
		var types, reversed []lark.TokenType
		for name := range strings.FieldsSeq(tt.types) {
			types = append(types, lark.TokenType(name))
			reversed = append([]lark.TokenType{lark.TokenType(name)}, reversed...)
		}
		for option, want := range map[string]string{"": tt.plain, "user": tt.withUser, "tenant": tt.inTenant, "user tenant": tt.both} {
			for _, list := range [][]lark.TokenType{types, reversed} {
				call := lark.Call{Method: "GET", Path: "x", Tokens: list}
				if strings.Contains(option, "user") {
					call.UserAccessToken = "u-1"
				}
				if strings.Contains(option, "tenant") {
					call.TenantKey = "tk_1"
				}
				w := &tokenWire{}
				_, err := w.client().Do(t.Context(), call)
				switch {
				case want != refused:
					if err != nil || len(w.identities) != 1 || w.identities[0] != want {
						t.Errorf("%q with %q: got %q, %v; want %q", list, option, w.identities, err, want)
					}
				case err == nil || failure(t, err).Kind != lark.KindValidation || len(w.agents) != 0:
					t.Errorf("%q with %q: got %v after %d requests, want it refused before any", list, option, err, len(w.agents))
				}
			}
		}
	}
}

// An app's own token is kept as a tenant's is.
func TestAppTokenIsKept(t *testing.T) {
	w := &tokenWire{}
	c := w.client()
	for range 2 {
		if _, err := c.Do(t.Context(), lark.Call{Method: "GET", Path: "x", Tokens: []lark.TokenType{lark.AppToken}}); err != nil {
			t.Fatal(err)
		}
	}
	if w.tokenCalls != 1 || len(w.identities) != 2 {
		t.Errorf("%d token calls for %d calls", w.tokenCalls, len(w.identities))
	}
}

// Every request says who makes it, those for tokens too.
func TestUserAgent(t *testing.T) {
	w := &tokenWire{}
	if _, err := w.client().Do(t.Context(), lark.Call{Method: "GET", Path: "x"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client().Download(t.Context(), lark.Call{Method: "GET", Path: "x", Tokens: []lark.TokenType{lark.NoToken}}); err != nil {
		t.Fatal(err)
	}
	if len(w.agents) != 3 {
		t.Errorf("%d requests", len(w.agents))
	}
	for _, agent := range w.agents {
		if agent != version.Product {
			t.Errorf("the user agent is %q", agent)
		}
	}
}

// The caller decodes the data into a type of its own.
func TestTypedResult(t *testing.T) {
	res, err := new(tokenWire).client().Do(t.Context(), lark.Call{Method: "GET", Path: "x"})
	if err != nil {
		t.Fatal(err)
	}
	var user struct {
		Name string
		Age  int
	}
	if err := json.Unmarshal(res.Data, &user); err != nil || user.Name != "Ann" || user.Age != 7 {
		t.Errorf("got %+v, %v", user, err)
	}
	var wrong struct{ Age string }
	if err := json.Unmarshal(res.Data, &wrong); err == nil {
		t.Error("a number is taken for a string")
	}
}
