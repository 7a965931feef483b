package bucket_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/bucket"
)

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"abc": true, "my-bucket.1": true, strings.Repeat("a", 63): true,
		"": false, "ab": false, strings.Repeat("a", 64): false, "Abc": false, "a_b": false, "a..b": false, ".ab": false, "ab-": false,
		"evil.example/x": false, "a@b": false, "a:1": false, "a?b": false, "a#b": false, "abc\n": false,
	} {
		if got := bucket.ValidName(name); got != want {
			t.Errorf("ValidName(%q): got %v, want %v", name, got, want)
		}
	}
}
