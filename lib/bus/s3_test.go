package bus_test

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

	"larkbridge/lib/bus"
	"larkbridge/lib/harness"
)

// blobs are the twins, each with what reads a blob back.
var blobs = map[string]func(t *testing.T) (b bus.Blobs, bucket string, read func(key string) []byte){
	"Memory": func(*testing.T) (bus.Blobs, string, func(string) []byte) {
		var m bus.Memory
		return &m, "memory", m.Blob
	},
	"S3": func(t *testing.T) (bus.Blobs, string, func(string) []byte) {
		e := shared.Get(t)
		bucket := newBucket(t, e)
		c := clients(e)
		return bus.NewS3(c.Config(), c.S3Endpoint(), bucket, time.Now), bucket, func(key string) []byte {
			content, err := e.GetObject(t.Context(), bucket, key)
			if err != nil {
				t.Error(err)
			}
			return content
		}
	},
}

func newBucket(t *testing.T, e *harness.Emulator) string {
	t.Helper()
	bucket := "bucket-" + strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	if err := e.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	return bucket
}

func TestBlobs(t *testing.T) {
	every := make([]byte, 300<<10) // more than the bus takes, and each byte there is
	for i := range every {
		every[i] = byte(i)
	}
	for name, start := range blobs {
		t.Run(name, func(t *testing.T) {
			b, bucket, read := start(t)
			const key = "events/default/0123456789abcdef.json"
			for _, body := range [][]byte{every, []byte(`{"s":"你"}`), {}} { // each over the one before
				got, err := b.Put(t.Context(), key, body)
				if want := (bus.Location{Bucket: bucket, Key: key, Size: len(body)}); err != nil || got != want {
					t.Fatalf("got %+v, %v; want %+v", got, err, want)
				}
				if !bytes.Equal(read(key), body) {
					t.Errorf("%d bytes read back, want the %d put there", len(read(key)), len(body))
				}
			}
			// What is kept must not change with the caller's buffer.
			body := []byte("body")
			if _, err := b.Put(t.Context(), key, body); err != nil {
				t.Fatal(err)
			}
			copy(body, "****")
			if string(read(key)) != "body" {
				t.Error("the blob changes with the caller's buffer")
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

func config(region string, client aws.HTTPClient) aws.Config {
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
		if _, err := bus.NewS3(config(tt.region, client), tt.endpoint, "details", now).Put(t.Context(), "events/a.json", []byte("body")); err != nil {
			t.Fatal(err)
		}
		r := client.request
		if r.Method != http.MethodPut || r.URL.String() != tt.want || client.body != "body" || r.ContentLength != 4 {
			t.Errorf("%s %s with %q, want PUT %s with the body", r.Method, r.URL, client.body, tt.want)
		}
		// The SHA-256 of "body", by sha256sum: S3 checks what it gets against it.
		const sum = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"
		for name, want := range map[string]string{
			"Content-Type": "application/json", "X-Amz-Content-Sha256": sum,
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
			[]string{"Bad Request", "ExpiredToken"}},
		{"bad signature", 403, `<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDTEST</AWSAccessKeyId><StringToSign>session-token</StringToSign></Error>`,
			[]string{"Forbidden", "SignatureDoesNotMatch"}},
		{"no bucket", 404, `<Error><Code>NoSuchBucket</Code></Error>`, []string{"Not Found", "NoSuchBucket"}},
		{"moved", 301, `<Error><Code>PermanentRedirect</Code></Error>`, []string{"Moved Permanently", "PermanentRedirect"}},
		{"not XML", 502, `<html>session-token</html>`, []string{"Bad Gateway"}},
		{"a long code", 500, `<Code>` + strings.Repeat("session-token", 100) + `</Code>`, []string{"Internal Server Error"}},
		{"a code without an end", 500, `<Code>session-token`, []string{"Internal Server Error"}},
		{"no body", 500, ``, []string{"Internal Server Error"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := &doer{answer: answer(tt.status, tt.body)}
			_, err := bus.NewS3(config("us-east-1", client), "", "details", time.Now).Put(t.Context(), "events/a.json", []byte("event-text"))
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
		_, err := bus.NewS3(config("us-east-1", &doer{err: broken}), "", "details", time.Now).Put(t.Context(), "k", nil)
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no credentials", func(t *testing.T) {
		c := config("us-east-1", &doer{})
		c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, broken })
		if _, err := bus.NewS3(c, "", "details", time.Now).Put(t.Context(), "k", nil); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("not an address", func(t *testing.T) {
		if _, err := bus.NewS3(config("us-east-1", &doer{}), "http://[::1", "details", time.Now).Put(t.Context(), "k", nil); err == nil {
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
		_, err := bus.NewS3(config("us-east-1", server.Client()), server.URL, "details", time.Now).Put(ctx, "k", nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		e := shared.Get(t)
		c := clients(e)
		defer e.Proxy().Inject(harness.Fault{Operation: "PutObject", Kind: harness.ServerError()})()
		_, err := bus.NewS3(c.Config(), c.S3Endpoint(), newBucket(t, e), time.Now).Put(t.Context(), "k", []byte("x"))
		if err == nil || !strings.Contains(err.Error(), "500") {
			t.Errorf("got %v", err)
		}
	})
}
