package harness_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestFailEntries(t *testing.T) {
	for name, s := range map[string]struct {
		entries, n   int
		failed       int
		carriedCalls int
	}{
		"all":        {3, 0, 3, 0},
		"some":       {3, 2, 2, 1},
		"more":       {2, 5, 2, 0},
		"one of one": {1, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			upstream, _ := proxied(t, harness.Canned{})
			p, err := harness.StartProxy(upstream.URL())
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Inject(harness.Fault{Operation: "PutEvents", Kind: harness.FailEntries("ThrottlingException", s.n)})
			out, err := connect(p.URL()).events.PutEvents(t.Context(), entries(s.entries))
			if err != nil {
				t.Fatal(err)
			}
			if int(out.FailedEntryCount) != s.failed || len(out.Entries) != s.entries {
				t.Fatalf("%d of %d failed, want %d of %d", out.FailedEntryCount, len(out.Entries), s.failed, s.entries)
			}
			for i, e := range out.Entries {
				code, id := aws.ToString(e.ErrorCode), aws.ToString(e.EventId)
				if failed := i < s.failed; failed && (code != "ThrottlingException" || id != "") || !failed && (code != "" || id == "") {
					t.Errorf("entry %d: code %q, id %q", i, code, id)
				}
			}
			if got := upstream.Calls()["PutEvents"]; got != s.carriedCalls {
				t.Errorf("%d calls carried out, want %d", got, s.carriedCalls)
			}
		})
	}
}
