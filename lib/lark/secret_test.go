package lark_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestSecretNeverPrints(t *testing.T) {
	const text = "s3cr3t-text"
	secret := lark.Secret(text)
	key := lark.NewEncryptKey(text)

	var out bytes.Buffer
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%10s"} {
		fmt.Fprintf(&out, verb, secret)
		fmt.Fprintf(&out, verb, []lark.Secret{secret})
		fmt.Fprintf(&out, verb, struct{ S lark.Secret }{secret})
		fmt.Fprintf(&out, verb, key)
		fmt.Fprintf(&out, verb, struct{ K []lark.EncryptKey }{[]lark.EncryptKey{key}})
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", secret, "list", []lark.Secret{secret}, "key", key)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", secret, "key", key)
	if err := json.NewEncoder(&out).Encode(map[string]any{"s": secret, "k": key}); err != nil {
		t.Fatal(err)
	}

	hex := fmt.Sprintf("%x", text)
	if got := out.String(); strings.Contains(got, text) || strings.Contains(strings.ToLower(got), hex) {
		t.Errorf("the secret is printed in %q", got)
	}
	if secret.Reveal() != text {
		t.Error("Reveal does not give the text")
	}
}
