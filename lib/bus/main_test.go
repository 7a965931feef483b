package bus_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"larkbridge/lib/cloud"
	"larkbridge/lib/harness"
)

// shared is moto for all tests of this package; each makes a bus, or a bucket,
// of its own.
var shared harness.SharedEmulator

func TestMain(m *testing.M) {
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop emulator:", err)
		code = 1
	}
	os.Exit(code)
}

// clients are those of a function, pointed at the emulator.
func clients(e *harness.Emulator) *cloud.Cloud {
	env := map[string]string{}
	for _, line := range e.Env() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return cloud.New(func(name string) string { return env[name] })
}
