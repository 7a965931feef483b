package lark_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// A store in memory is bounded: it forgets first what has expired, then what
// expires first.
func TestMemoryTokensForgets(t *testing.T) {
	const most = 10_000
	clock := &tick{t: now}
	tokens := lark.NewMemoryTokens(clock.now)
	put := func(key string, life time.Duration) {
		t.Helper()
		if err := tokens.Settle(t.Context(), key, lark.Token{Value: "t-1", Expires: clock.now().Add(life)}); err != nil {
			t.Fatal(err)
		}
	}
	wantKept := func(key string, want bool) {
		t.Helper()
		got, err := tokens.Token(t.Context(), key)
		if err != nil || (got.Value != "") != want {
			t.Errorf("%s: got %v, %v; want it kept: %v", key, got, err, want)
		}
	}
	put("short", time.Minute)
	put("long", 3*time.Hour)
	for i := range most - 2 {
		put(fmt.Sprint(i), time.Hour)
	}
	wantKept("short", true)
	put("one more", time.Hour) // nothing has expired: the first to expire goes
	wantKept("short", false)
	wantKept("long", true)
	wantKept("0", true)
	clock.add(2 * time.Hour)
	put("later", time.Hour) // all of an hour have expired
	wantKept("0", false)
	wantKept("long", true)
	wantKept("later", true)
}
