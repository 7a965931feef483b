package local

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
)

// The app of the stand-in. Its secrets are public: they protect nothing but a process
// on a developer's own machine. They are those of the samples, so that a sample fits
// unchanged.
const (
	appID             = larktest.AppID
	appSecret         = "local-run-app-secret"
	encryptKey        = larktest.EncryptKey
	verificationToken = larktest.VerificationToken
)

// Real reports whether the environment names an app of the real platform. Without
// one, the stand-in is used.
func Real(getenv func(string) string) bool { return getenv("APP_ID") != "" }

// environment returns getenv for a real app. Otherwise it returns an environment of
// the stand-in's app, with platform as its URL; only the two keys of inbound requests
// may still come from getenv, so that run and trigger always use the same keys.
func environment(getenv func(string) string, platform string) func(string) string {
	if Real(getenv) {
		return getenv
	}
	return func(name string) string {
		switch name {
		case "APP_ID":
			return appID
		case "APP_SECRET":
			return appSecret
		case "ENCRYPT_KEY":
			return cmp.Or(getenv(name), encryptKey)
		case "VERIFICATION_TOKEN":
			return cmp.Or(getenv(name), verificationToken)
		case "LARK_DOMAIN":
			return platform
		}
		return ""
	}
}

// NewApp returns the app of the environment or, without one, the app of the stand-in
// at the URL platform.
func NewApp(getenv func(string) string, platform string) (*lark.App, error) {
	return lark.AppFromEnv(environment(getenv, platform))
}

// NewPlatform returns a stand-in for Lark that records its calls in calls.
func NewPlatform(calls *Calls) *larktest.Platform {
	platform := larktest.New(larktest.WithAnyHook(), larktest.WithApps(larktest.App{ID: appID, Secret: appSecret}))
	platform.OnCall(calls.Add)
	return platform
}

// ToStandIn returns a client whose requests all go to the stand-in at the URL
// platform, whatever host they name: a webhook of the real Lark must not leave the
// machine either. The X-Request-Id of each request is the group of the step that
// [Calls.Add] shows.
func ToStandIn(platform string, inner lark.HTTPDoer) lark.HTTPDoer {
	return doer(func(req *http.Request) (*http.Response, error) {
		to, err := url.Parse(platform)
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.Host = to.Scheme, to.Host, to.Host
		if group := send.Group(req.Context()); group != "" {
			req.Header.Set("X-Request-Id", url.QueryEscape(group))
		}
		return inner.Do(req)
	})
}

// doer is a client made of a function.
type doer func(*http.Request) (*http.Response, error)

// Do makes the request.
func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }
