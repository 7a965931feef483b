package bus_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// shared is moto for all tests of this package; each makes a bus, or a bucket,
// of its own.
var shared harness.SharedEmulator

func TestMain(m *testing.M) { shared.Main(m) }

// clients are those of a function, pointed at the emulator.
func clients(e *harness.Emulator) *cloud.Cloud {
	env := map[string]string{}
	for _, line := range e.Env() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return cloud.New(func(name string) string { return env[name] })
}
