package request

import (
	"strings"
	"testing"
)

// In the stack's own bucket a request touches nothing but files/, and Lark is
// not called for it.
func TestOnlyFilesOfTheStack(t *testing.T) {
	for doc, allowed := range map[string]bool{
		`{"download":{"message_id":"m","file_key":"f","type":"file","to":"s3://own/events/x"}}`:       false,
		`{"download":{"message_id":"m","file_key":"f","type":"file","to":"s3://own/files/x"}}`:        true,
		`{"download":{"message_id":"m","file_key":"f","type":"file","to":"s3://other/events/x"}}`:     true,
		`{"download":{"message_id":"m","all":true,"to":"s3://own/events/"}}`:                          false,
		`{"download":{"message_id":"m","all":true,"to":"s3://own/files"}}`:                            true,
		`{"request":{"method":"GET","path":"x","save_to":"s3://own/filesx"}}`:                         false,
		`{"upload":{"file":{"s3":"s3://own/events/x"}}}`:                                              false,
		`{"upload":{"file":{"s3":"s3://own/files/x"}}}`:                                               true,
		`{"request":{"method":"POST","path":"x","form":{"files":[{"field":"f","s3":"s3://own/x"}]}}}`: false,
	} {
		f := newFixture(t)
		f.clients.Bucket = "own"
		f.blobs.objects["own/events/x"], f.blobs.objects["own/files/x"], f.blobs.objects["own/x"] = "detail", "file", "other"
		_, err := f.run(doc)
		refused := err != nil && strings.Contains(err.Error(), "want a key under files/ in the stack's bucket")
		if refused == allowed {
			t.Errorf("%s: got %v, want it allowed: %v", doc, err, allowed)
		}
		if !allowed && len(f.calls) > 0 {
			t.Errorf("%s: called Lark %v", doc, f.calls)
		}
	}
}
