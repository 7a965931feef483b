package cloud

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestServiceURL(t *testing.T) {
	for region, domain := range map[string]string{
		"us-east-1":      "us-east-1.amazonaws.com",
		"eu-central-1":   "eu-central-1.amazonaws.com",
		"cn-north-1":     "cn-north-1.amazonaws.com.cn",
		"us-gov-west-1":  "us-gov-west-1.amazonaws.com",
		"eusc-de-east-1": "eusc-de-east-1.amazonaws.eu",
		"us-iso-east-1":  "us-iso-east-1.c2s.ic.gov",
		"us-isob-east-1": "us-isob-east-1.sc2s.sgov.gov",
		"eu-isoe-west-1": "eu-isoe-west-1.cloud.adc-e.uk",
		"us-isof-east-1": "us-isof-east-1.csp.hci.ic.gov",
	} {
		for _, service := range []string{"s3", "lambda", "sqs"} {
			got, err := serviceURL(t.Context(), aws.Config{Region: region}, service)
			if want := "https://" + service + "." + domain; err != nil || got.String() != want {
				t.Errorf("%s in %s: got %v, %v; want %s", service, region, got, err, want)
			}
		}
	}
	for _, region := range []string{"", "evil.example.com/", "us-east-1@evil", "us east"} {
		if got, err := serviceURL(t.Context(), aws.Config{Region: region}, "s3"); err == nil {
			t.Errorf("the region %q: got %v, want an error", region, got)
		}
	}
}

func TestHostileBucketNames(t *testing.T) {
	for _, endpoint := range []string{"", "http://127.0.0.1:9000"} {
		s := NewS3(aws.Config{Region: "us-east-1"}, endpoint, nil)
		for _, bucket := range []string{
			"", "a", "evil.example.com/", "evil.example.com#", "evil.example.com?", "user@evil.example.com", "evil:80", "../..", "a/b", "a%2fb",
			"-ab", "ab-", "ABC", "ab\n", "ab\x00c", "bücket", "a b", strings.Repeat("a", 64),
		} {
			if got, err := s.url(t.Context(), bucket, "key"); err == nil {
				t.Errorf("the bucket %q: got %v, want an error", bucket, got)
			}
		}
	}
}

// Neither a bucket nor a key changes the host, the scheme or the query.
func FuzzS3URL(f *testing.F) {
	for _, seed := range [][2]string{
		{"bucket", "events/default/1.json"}, {"my.bucket", "a b+c"}, {"bucket", "//evil.example.com/x"}, {"bucket", "../../x?y#z"},
		{"bucket", "@evil.example.com"}, {"bucket", "\x00\xff%2f"}, {"evil.example.com", ""}, {"evil@host", "x"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, bucket, key string) {
		for endpoint, host := range map[string]string{"": "s3.us-east-1.amazonaws.com", "http://127.0.0.1:9000": "127.0.0.1:9000"} {
			s := NewS3(aws.Config{Region: "us-east-1"}, endpoint, nil)
			got, err := s.url(t.Context(), bucket, key)
			if err != nil {
				continue
			}
			if got.Host != host && got.Host != bucket+"."+host {
				t.Errorf("%q, %q: got the host %q, want %q or the bucket's", bucket, key, got.Host, host)
			}
			if got.User != nil || got.RawQuery != "" || got.Fragment != "" || !strings.HasSuffix(got.Path, "/"+key) {
				t.Errorf("%q, %q: got %q, want the whole key in the path", bucket, key, got)
			}
			parsed, err := url.Parse(got.String())
			if err != nil || parsed.Host != got.Host || parsed.Path != got.Path {
				t.Errorf("%q, %q: %q is read as %+v, %v; want the same host and path", bucket, key, got, parsed, err)
			}
		}
	})
}
