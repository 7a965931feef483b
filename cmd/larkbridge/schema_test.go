package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
)

func TestSchemaPush(t *testing.T) {
	registries := &fakeaws.Registries{}
	server := httptest.NewServer(registries)
	defer server.Close()
	onAWS(t, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL_SCHEMAS="+server.URL)
	for _, c := range []struct{ args, registry, want string }{
		{"schema push", "larkbridge", " schemas created, 0 updated, 0 unchanged.\n"},
		{"schema push --stack larkbridge", "larkbridge", "Registry larkbridge: 0 schemas created, 0 updated, "},
		{"schema push --stack other", "other", "Registry other: "},
		{"schema --stack other push --registry team", "team", "Registry team: "},
	} {
		code, out, stderr := invoke(t.Context(), nil, strings.Fields(c.args)...)
		if code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("larkbridge %s: got exit code %d, %q%s, want %q", c.args, code, out, stderr, c.want)
		}
		if registries.Content(c.registry, "larkbridge@im.message.receive_v1") == "" {
			t.Errorf("larkbridge %s: the registry %s has no schema of im.message.receive_v1", c.args, c.registry)
		}
	}
	registries.Refuse("ForbiddenException")
	if code, _, stderr := invoke(t.Context(), nil, "schema", "push"); code != 1 || !strings.Contains(stderr, "schemas:CreateRegistry") {
		t.Errorf("got exit code %d, %q, want 1 and the missing permission", code, stderr)
	}
}
