package local

import (
	"cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// The app of the stand-in. Its secrets are for everybody to read and open
// nothing but a process on one's own machine. They are those of the samples,
// so that a sample fits as it stands.
const (
	appID             = larktest.AppID
	appSecret         = "local-run-app-secret"
	encryptKey        = larktest.EncryptKey
	verificationToken = larktest.VerificationToken
)

// Real says whether the environment names an app of the real platform. Without
// one, the stand-in takes the platform's place.
func Real(getenv func(string) string) bool { return getenv("APP_ID") != "" }

// environment is getenv for a real app. For the stand-in, at the URL platform,
// it is the app above; only the two secrets of inbound requests may still come
// from getenv, so that run and trigger agree whatever is set.
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

// NewApp makes the app of the environment or, without one, that of the
// stand-in at the URL platform.
func NewApp(getenv func(string) string, platform string) (*lark.App, error) {
	return lark.AppFromEnv(environment(getenv, platform))
}

// NewPlatform makes the stand-in for Lark, which tells calls of what it is
// asked.
func NewPlatform(calls *Calls) *larktest.Platform {
	platform := larktest.New(larktest.WithApps(larktest.App{ID: appID, Secret: appSecret}))
	platform.OnCall(calls.Add)
	return platform
}
