package harness_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func start(t *testing.T, env ...string) *harness.Function {
	t.Helper()
	f, err := harness.Start(t.Context(), bootstrap(t), env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Kill(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func TestReady(t *testing.T) {
	f := start(t)
	if err := f.Ready(within(t, 2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		if rss, err := f.RSS(); err != nil || rss < 1<<20 || rss > 1<<30 {
			t.Errorf("RSS = %d, %v", rss, err)
		}
	}
}

func TestStopLetsTheProcessEndItself(t *testing.T) {
	f := start(t, "MODE=sigterm")
	if err := f.Ready(within(t, 2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if logs := f.Logs(); !strings.Contains(logs, "terminating") || strings.Contains(logs, "WARNING! Failed") {
		t.Errorf("logs = %q", logs)
	}
}

func TestStopKillsAProcessThatStays(t *testing.T) {
	f := start(t, "MODE=stubborn")
	if err := f.Ready(within(t, 2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); !errors.Is(err, harness.ErrExited) || !strings.Contains(err.Error(), "killed") {
		t.Errorf("Invoke = %v, want ErrExited by a kill", err)
	}
}

func TestEndOfContextKills(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, err := harness.Start(ctx, bootstrap(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := f.Invoke(within(t, 2*time.Minute), []byte(`{}`)); !errors.Is(err, harness.ErrExited) {
		t.Errorf("Invoke = %v, want ErrExited", err)
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	if _, err := harness.Start(t.Context(), filepath.Join(t.TempDir(), "none"), nil); err == nil || !strings.Contains(err.Error(), "start bootstrap") {
		t.Errorf("Start = %v", err)
	}
}
