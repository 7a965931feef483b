package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSendByTheLocalRun(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, []byte(`{"message":{"to":{"chat_id":"oc_1"},"text":"from a file"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args           []string
		code           int
		out, errs, run string // what each must contain
	}{
		{[]string{"--to", "oc_1", "hi there"}, 0, "\"ok\": true", "", "/im/v1/messages"},
		{[]string{"--to", "oc_1", "hi there", "--json"}, 0, `{"ok":true,"code":0,`, "", "✓ send"},
		{[]string{"--file", file}, 0, "\"ok\": true", "", "✓ send"},
		{[]string{`{"recall":{"message_id":"om_none"}}`, "--json"}, 1, `"ok":false`, "larkbridge: ", "✗ send"},
		{[]string{`{"recall":{}}`}, 1, "", "larkbridge: ", ""},
		{[]string{`{"recall":{"message_id":"om_none"},"on_error":"raise"}`, "--json"}, 1, `"errorType":"Lark.`, "larkbridge: Lark.", ""},
	} {
		code, out, stderr := invoke(t.Context(), nil, append([]string{"send", "--url", r.url}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(stderr, c.errs) || (c.errs == "") != (stderr == "") {
			t.Errorf("larkbridge send %q: got exit code %d, %q and %q, want %d, %q and %q", c.args, code, out, stderr, c.code, c.out, c.errs)
		}
		if !strings.Contains(r.out.String(), c.run) {
			t.Errorf("larkbridge send %q: the run shows\n%s\nwant %s in it", c.args, r.out.String(), c.run)
		}
	}
}
