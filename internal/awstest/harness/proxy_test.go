package harness_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// proxied is a proxy in front of a handler.
func proxied(t testing.TB, upstream http.Handler) (*harness.Proxy, clients) {
	t.Helper()
	server := httptest.NewServer(upstream)
	t.Cleanup(server.Close)
	p, err := harness.StartProxy(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, connect(p.URL())
}

func update(t testing.TB, c clients) error {
	_, err := c.dynamo.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: key("a")})
	return err
}

func TestProxyCounts(t *testing.T) {
	p, c := proxied(t, harness.Canned{Replies: map[string]string{"SendMessage": `{"MessageId":"1"}`}})
	for range 2 {
		if err := update(t, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.events.PutEvents(t.Context(), entries(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ssm.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("http://q"), MessageBody: aws.String("b")},
		func(o *sqs.Options) { o.DisableMessageChecksumValidation = true }); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"UpdateItem": 2, "PutEvents": 1, "GetParameter": 1, "SendMessage": 1}
	if got := p.Calls(); !maps.Equal(got, want) {
		t.Errorf("Calls = %v, want %v", got, want)
	}
	p.Reset()
	if got := p.Calls(); len(got) != 0 {
		t.Errorf("Calls after Reset = %v", got)
	}
}

func TestProxyPassesRequestsOn(t *testing.T) {
	p, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.URL.RequestURI()+" "+r.Host+" "+r.Header.Get("X-Sent")+" "+string(body))
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "answer")
	}))
	r, err := http.NewRequestWithContext(t.Context(), "PUT", p.URL()+"/b/a%2Fk?x=1", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "bucket.example.com"
	r.Header.Set("X-Sent", "header")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if seen := res.Header.Get("X-Seen"); seen != "PUT /b/a%2Fk?x=1 bucket.example.com header body" {
		t.Errorf("upstream saw %q", seen)
	}
	if res.StatusCode != http.StatusTeapot || string(body) != "answer" {
		t.Errorf("answer = %d %q", res.StatusCode, body)
	}
}

func TestProxyRunsWritesOneByOne(t *testing.T) {
	var writing, overlaps atomic.Int32
	_, c := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if writing.Add(1) > 1 {
			overlaps.Add(1)
		}
		defer writing.Add(-1)
		harness.Canned{Latency: 2 * time.Millisecond}.ServeHTTP(w, r)
	}))
	errs := make(chan error)
	for range 8 {
		go func() { errs <- update(t, c) }()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := overlaps.Load(); n != 0 {
		t.Errorf("%d writes met another upstream", n)
	}
}

func TestReadsPassAWrite(t *testing.T) {
	written, read := make(chan struct{}), make(chan struct{})
	_, c := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateItem") {
			close(written)
			<-read
		}
		harness.Canned{}.ServeHTTP(w, r)
	}))
	done := make(chan error, 1)
	go func() { done <- update(t, c) }()
	<-written
	_, err := c.dynamo.GetItem(within(t, 2*time.Minute), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: key("a")})
	close(read)
	if err != nil {
		t.Errorf("GetItem: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("UpdateItem: %v", err)
	}
}

func TestProxyWithoutUpstream(t *testing.T) {
	p, err := harness.StartProxy("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := update(t, connect(p.URL())); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("UpdateItem = %v, want status 502", err)
	}
}
