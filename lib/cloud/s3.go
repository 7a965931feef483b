package cloud

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/lib/bucket"
)

// S3 reads and writes objects as streams.
type S3 struct {
	config   aws.Config
	endpoint string
	now      func() time.Time
}

// NewS3 makes an S3 with the region, the credentials and the HTTP client of
// config. The endpoint is "" for AWS's own.
func NewS3(config aws.Config, endpoint string, now func() time.Time) *S3 {
	return &S3{config, strings.TrimRight(endpoint, "/"), now}
}

// Create writes an object, or replaces it. A size of -1 means that the size is not known.
// S3 needs the size first, so that the body is then written to a temporary file.
func (s *S3) Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error {
	if size < 0 {
		file, n, err := spool(body)
		if err != nil {
			return fmt.Errorf("spooling s3://%s/%s: %w", bucket, key, err)
		}
		defer os.Remove(file.Name())
		defer file.Close()
		body, size = file, n
	}
	resp, err := s.do(ctx, http.MethodPut, bucket, key, io.NopCloser(body), size, contentType)
	if err != nil {
		return fmt.Errorf("writing s3://%s/%s: %w", bucket, key, err)
	}
	return resp.Body.Close()
}

// Open begins to read an object and returns its size in bytes. The caller
// closes the body.
func (s *S3) Open(ctx context.Context, bucket, key string) (io.ReadCloser, int64, error) {
	resp, err := s.do(ctx, http.MethodGet, bucket, key, nil, 0, "")
	if err != nil {
		return nil, 0, fmt.Errorf("reading s3://%s/%s: %w", bucket, key, err)
	}
	return resp.Body, resp.ContentLength, nil
}

// S3Error is a refusal by S3.
type S3Error struct {
	Status int
	Code   string // of S3, such as AccessDenied; "" when there is none
}

func (e *S3Error) Error() string { return fmt.Sprintf("S3 answered %d %s", e.Status, e.Code) }

// HTTPStatusCode returns the status of S3's answer.
func (e *S3Error) HTTPStatusCode() int { return e.Status }

func (s *S3) do(ctx context.Context, method, bucket, key string, body io.ReadCloser, size int64, contentType string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "", body)
	if err != nil {
		return nil, err
	}
	if req.URL, err = s.url(ctx, bucket, key); err != nil {
		return nil, err
	}
	req.Host = req.URL.Host
	req.ContentLength = size
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("X-Amz-Content-Sha256", unsigned)
	resp, err := do(ctx, s.config, "s3", req, unsigned, s.now())
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return nil, &S3Error{resp.StatusCode, errorCode(string(text))}
	}
	return resp, nil
}

// errorCode returns the code in an error document of S3, "" for none. The rest of the
// document must not be logged, because it can repeat the session token.
func errorCode(text string) string {
	_, rest, _ := strings.Cut(text, "<Code>")
	if code, _, ok := strings.Cut(rest, "</Code>"); ok && len(code) <= 64 {
		return code
	}
	return ""
}

// url returns the address of an object. The bucket is in the host name on AWS, and in the
// path elsewhere and for a bucket whose name has a dot, which no certificate covers. Only
// a valid bucket name becomes part of the host name.
func (s *S3) url(ctx context.Context, name, key string) (*url.URL, error) {
	if !bucket.ValidName(name) {
		return nil, fmt.Errorf("%q is not the name of a bucket", name)
	}
	if s.endpoint != "" {
		base, err := url.Parse(s.endpoint)
		if err != nil {
			return nil, fmt.Errorf("reading the endpoint: %w", err)
		}
		return withPath(base, name+"/"+key), nil
	}
	base, err := serviceURL(ctx, s.config, "s3")
	if err != nil {
		return nil, err
	}
	if strings.Contains(name, ".") {
		return withPath(base, name+"/"+key), nil
	}
	base.Host = name + "." + base.Host
	return withPath(base, key), nil
}

// withPath adds a path in which everything but the slashes is escaped. S3 decodes a plus
// sign as a space.
func withPath(base *url.URL, path string) *url.URL {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segment), "+", "%2B")
	}
	base.Path, base.RawPath = base.Path+"/"+path, base.EscapedPath()+"/"+strings.Join(segments, "/")
	return base
}

// spool writes a body to a temporary file and returns the file at its start.
func spool(body io.Reader) (*os.File, int64, error) {
	file, err := os.CreateTemp("", "larkbridge-*")
	if err != nil {
		return nil, 0, err
	}
	n, err := io.Copy(file, body)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close()
		os.Remove(file.Name())
		return nil, 0, err
	}
	return file, n, nil
}
