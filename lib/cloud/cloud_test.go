package cloud_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// service is what the tests of this package call of one AWS service.
type service struct {
	name   string // as in AWS_ENDPOINT_URL_<name>
	signed string // its name in the scope of a signature
	call   func(context.Context, *cloud.Cloud) error
}

var services = []service{
	{"DYNAMODB", "dynamodb", func(ctx context.Context, c *cloud.Cloud) error {
		_, err := c.DynamoDB().GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("t"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "k"}},
		})
		return err
	}},
	{"EVENTBRIDGE", "events", func(ctx context.Context, c *cloud.Cloud) error {
		_, err := c.EventBridge().PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
			Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String("{}"),
		}}})
		return err
	}},
	{"SSM", "ssm", func(ctx context.Context, c *cloud.Cloud) error {
		_, err := c.SSM().GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/p")})
		return err
	}},
}

// region answers as AWS does and keeps the headers of the calls.
type region struct {
	*httptest.Server
	mu    sync.Mutex
	calls []http.Header
}

func newRegion(t *testing.T) *region {
	t.Helper()
	r := &region{}
	aws := harness.Canned{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.calls = append(r.calls, req.Header.Clone())
		r.mu.Unlock()
		aws.ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *region) take() []http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

// getenv reads from a map what a function would read from its environment.
func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestEndpoints(t *testing.T) {
	all, own := newRegion(t), newRegion(t)
	for _, s := range services {
		for _, tt := range []struct {
			name string
			env  map[string]string
			want *region
		}{
			{"for all services", map[string]string{"AWS_ENDPOINT_URL": all.URL}, all},
			{"for this service", map[string]string{"AWS_ENDPOINT_URL_" + s.name: own.URL}, own},
			{"the service's own wins", map[string]string{"AWS_ENDPOINT_URL": all.URL, "AWS_ENDPOINT_URL_" + s.name: own.URL}, own},
			{"another service's does not count", map[string]string{"AWS_ENDPOINT_URL": all.URL, "AWS_ENDPOINT_URL_OTHER": own.URL}, all},
		} {
			t.Run(s.name+" "+tt.name, func(t *testing.T) {
				tt.env["AWS_REGION"] = "us-east-1"
				if err := s.call(t.Context(), cloud.New(getenv(tt.env))); err != nil {
					t.Fatal(err)
				}
				for where, r := range map[string]*region{"all": all, "own": own} {
					if got := len(r.take()); got != map[bool]int{true: 1, false: 0}[r == tt.want] {
						t.Errorf("%d calls at %s", got, where)
					}
				}
			})
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, ""},
		{map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://all"},
		{map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"}, "http://s3"},
	} {
		if got := cloud.New(getenv(tt.env)).Endpoint("S3"); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.env, got, tt.want)
		}
	}
}

func TestSignature(t *testing.T) {
	r := newRegion(t)
	c := cloud.New(getenv(map[string]string{
		"AWS_ENDPOINT_URL": r.URL, "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret-key-text", "AWS_SESSION_TOKEN": "session",
	}))
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			if err := s.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			header := r.take()[0]
			signature := header.Get("Authorization")
			if !strings.HasPrefix(signature, "AWS4-HMAC-SHA256 Credential=AKIDTEST/") ||
				!strings.Contains(signature, "/eu-central-1/"+s.signed+"/aws4_request, ") {
				t.Errorf("signed %q", signature)
			}
			if got := header.Get("X-Amz-Security-Token"); got != "session" {
				t.Errorf("the session token is %q", got)
			}
			for name, values := range header {
				if strings.Contains(strings.Join(values, " "), "secret-key-text") {
					t.Errorf("the secret key is in the header %s", name)
				}
			}
		})
	}
}
