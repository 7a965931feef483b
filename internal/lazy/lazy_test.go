package lazy_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/lazy"
)

func TestRegexp(t *testing.T) {
	digits := lazy.Regexp(`^\d+$`)
	if !digits().MatchString("42") || digits().MatchString("x") {
		t.Error("the expression does not match what it says")
	}
	if got, want := digits(), digits(); got != want {
		t.Error("got another expression on the second call, want the same")
	}
}

func TestInvalidRegexp(t *testing.T) {
	invalid := lazy.Regexp(`(`) // making it does not compile it
	defer func() {
		if recover() == nil {
			t.Error("got no panic for an expression that is not valid")
		}
	}()
	invalid()
}
