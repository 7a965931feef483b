package account

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

var emulator harness.SharedEmulator

func TestMain(m *testing.M) { emulator.Main(m) }

// deploy is an account whose default app is one of a stand-in for Lark.
func deploy(t *testing.T, parameters map[string]string, change map[string]any) (*Account, *larktest.Platform) {
	t.Helper()
	a := New(t, emulator.Get(t), parameters)
	return a, a.ConnectLark(larktest.App{}, change)
}
