package cloud_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

var shared harness.SharedEmulator

func TestMain(m *testing.M) { shared.Main(m) }

var created = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// put writes an object of a known size.
func put(s *cloud.S3, ctx context.Context, bucket, key string, body []byte) (struct{}, error) {
	return struct{}{}, s.Create(ctx, bucket, key, bytes.NewReader(body), int64(len(body)), "application/json")
}

func clients(e *harness.Emulator) *cloud.Cloud {
	return cloud.New(func(name string) string {
		for _, entry := range e.Env() {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value
			}
		}
		return ""
	})
}

func newBucket(t *testing.T, e *harness.Emulator) string {
	t.Helper()
	bucket := "bucket-" + strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	if err := e.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	return bucket
}

// objects is what both implementations do.
type objects interface {
	Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error
	Open(ctx context.Context, bucket, key string) (io.ReadCloser, int64, error)
}

func TestS3(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) (objects, string){
		"Memory": func(*testing.T) (objects, string) { return &bus.Memory{}, "b" },
		"S3": func(t *testing.T) (objects, string) {
			e := shared.Get(t)
			c := clients(e)
			return cloud.NewS3(c.Config(), c.Endpoint("S3"), time.Now), newBucket(t, e)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, bucket := start(t)
			every := make([]byte, 300<<10) // each byte there is
			for i := range every {
				every[i] = byte(i)
			}
			const key = "a b/ü+%2F?#.json"
			for _, body := range [][]byte{every, []byte(`{"s":"你"}`), {}} { // each over the one before
				for _, size := range []int64{int64(len(body)), -1} {
					if err := b.Create(t.Context(), bucket, key, bytes.NewReader(body), size, "application/json"); err != nil {
						t.Fatal(err)
					}
					r, n, err := b.Open(t.Context(), bucket, key)
					if err != nil {
						t.Fatal(err)
					}
					got, err := io.ReadAll(r)
					if err != nil || n != int64(len(body)) || !bytes.Equal(got, body) {
						t.Errorf("read %d of %d bytes, size %d, %v", len(got), len(body), n, err)
					}
					if err := r.Close(); err != nil {
						t.Error(err)
					}
				}
			}
			if _, _, err := b.Open(t.Context(), bucket, "none"); err == nil {
				t.Error("an object that is not there can be opened")
			}
		})
	}
}

// doer is an HTTP client that keeps the request and gives a canned answer.
type doer struct {
	request *http.Request
	body    string
	answer  *http.Response
	err     error
}

func (d *doer) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	d.request, d.body = r, string(body)
	return d.answer, d.err
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(strings.NewReader(body))}
}

func s3Config(region string, client aws.HTTPClient) aws.Config {
	return aws.Config{Region: region, HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "secret-key", SessionToken: "session-token"}, nil
		})}
}

func TestS3Request(t *testing.T) {
	for _, tt := range []struct{ region, endpoint, want string }{
		{"us-east-1", "", "https://details.s3.us-east-1.amazonaws.com/events/a.json"},
		{"eu-central-1", "", "https://details.s3.eu-central-1.amazonaws.com/events/a.json"},
		{"cn-north-1", "", "https://details.s3.cn-north-1.amazonaws.com.cn/events/a.json"},
		{"us-gov-west-1", "", "https://details.s3.us-gov-west-1.amazonaws.com/events/a.json"},
		{"us-east-1", "http://127.0.0.1:4566/", "http://127.0.0.1:4566/details/events/a.json"},
	} {
		client := &doer{answer: answer(http.StatusOK, "")}
		now := func() time.Time { return created }
		if _, err := put(cloud.NewS3(s3Config(tt.region, client), tt.endpoint, now), t.Context(), "details", "events/a.json", []byte("body")); err != nil {
			t.Fatal(err)
		}
		r := client.request
		if r.Method != http.MethodPut || r.URL.String() != tt.want || client.body != "body" || r.ContentLength != 4 {
			t.Errorf("%s %s with %q, want PUT %s with the body", r.Method, r.URL, client.body, tt.want)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/json", "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
			"X-Amz-Security-Token": "session-token", "X-Amz-Date": "20261123T120000Z",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: header %s is %q, want %q", tt.region, name, got, want)
			}
		}
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKIDTEST/20261123/"+tt.region+"/s3/aws4_request, ") ||
			!strings.Contains(got, "x-amz-content-sha256") || strings.Contains(got, "secret-key") {
			t.Errorf("signed %q", got)
		}
	}
}

// S3 repeats in some errors what it was sent: the session token, what was
// signed, the key's id.
func TestS3ErrorsHoldNoSecrets(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   []string
	}{
		{"expired token", 400, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
			`<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>session-token</Token-0></Error>`,
			[]string{"400", "ExpiredToken"}},
		{"bad signature", 403, `<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDTEST</AWSAccessKeyId><StringToSign>session-token</StringToSign></Error>`,
			[]string{"403", "SignatureDoesNotMatch"}},
		{"no bucket", 404, `<Error><Code>NoSuchBucket</Code></Error>`, []string{"404", "NoSuchBucket"}},
		{"moved", 301, `<Error><Code>PermanentRedirect</Code></Error>`, []string{"301", "PermanentRedirect"}},
		{"not XML", 502, `<html>session-token</html>`, []string{"502"}},
		{"a long code", 500, `<Code>` + strings.Repeat("session-token", 100) + `</Code>`, []string{"500"}},
		{"a code without an end", 500, `<Code>session-token`, []string{"500"}},
		{"no body", 500, ``, []string{"500"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := &doer{answer: answer(tt.status, tt.body)}
			_, err := put(cloud.NewS3(s3Config("us-east-1", client), "", time.Now), t.Context(), "details", "events/a.json", []byte("event-text"))
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(tt.want, "events/a.json") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			for _, secret := range []string{"session-token", "secret-key", "AKIDTEST", "event-text"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q holds %s", err, secret)
				}
			}
		})
	}
}

func TestS3Fails(t *testing.T) {
	broken := errors.New("broken")
	t.Run("no connection", func(t *testing.T) {
		_, err := put(cloud.NewS3(s3Config("us-east-1", &doer{err: broken}), "", time.Now), t.Context(), "details", "k", nil)
		if !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
	})
	t.Run("no credentials", func(t *testing.T) {
		c := s3Config("us-east-1", &doer{})
		c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, broken })
		if _, err := put(cloud.NewS3(c, "", time.Now), t.Context(), "details", "k", nil); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
	})
	t.Run("not an address", func(t *testing.T) {
		if _, err := put(cloud.NewS3(s3Config("us-east-1", &doer{}), "http://[::1", time.Now), t.Context(), "details", "k", nil); err == nil {
			t.Error("no error")
		}
	})
	t.Run("the time is over", func(t *testing.T) {
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		defer server.Close()
		defer close(release)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := put(cloud.NewS3(s3Config("us-east-1", server.Client()), server.URL, time.Now), ctx, "details", "k", nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
	t.Run("refused", func(t *testing.T) {
		e := shared.Get(t)
		c := clients(e)
		defer e.Proxy().Inject(harness.Fault{Operation: "PutObject", Kind: harness.ServerError()})()
		_, err := put(cloud.NewS3(c.Config(), c.Endpoint("S3"), time.Now), t.Context(), newBucket(t, e), "k", []byte("x"))
		if err == nil || !strings.Contains(err.Error(), "500") {
			t.Errorf("got %v, want an error with the status 500", err)
		}
	})
}
