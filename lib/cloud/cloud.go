// Package cloud makes the AWS clients of a function from the environment that
// Lambda gives it.
//
// It does what a function needs of config.LoadDefaultConfig. That package also reads
// files, calls metadata services and adds half a megabyte, which would make every cold
// start slower.
package cloud

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Cloud makes clients that share one connection pool.
type Cloud struct {
	config aws.Config
	getenv func(string) string
	http   aws.HTTPClient
}

// keepAliveBody hides the concrete type of Request.Body so that net/http reuses
// the connection. The SDK closes the body as soon as it has the response; net/http
// drops a connection on which it is still looking for the end of the body, which
// it does only for bodies of the types that it knows.
type keepAliveBody struct{ aws.HTTPClient }

// Do makes the request.
func (k keepAliveBody) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return k.HTTPClient.Do(r)
}

// New reads the region and the credentials from the environment. It does no
// I/O.
func New(getenv func(string) string) *Cloud {
	client := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = time.Second
			t.MaxIdleConnsPerHost = 64 // one for each concurrent request of the local run
			// Behind a proxy, the transport itself makes the handshake, with the
			// system's roots.
			t.DialTLSContext = newTLSDialer(t.DialContext, t.TLSClientConfig).DialTLSContext
		})
	credentials := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	return &Cloud{
		getenv: getenv,
		http:   keepAliveBody{client},
		config: aws.Config{
			Region:     getenv("AWS_REGION"),
			HTTPClient: keepAliveBody{client},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return credentials, nil
			}),
			Retryer: func() aws.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) {
					// A request has only seconds, too few for longer pauses.
					o.MaxBackoff = 100 * time.Millisecond
				})
			},
		},
	}
}

// endpoint returns AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL, else nil
// for the service's own address.
func (c *Cloud) endpoint(service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := c.getenv(name); url != "" {
			return &url
		}
	}
	return nil
}

// Config returns the configuration that the clients share.
func (c *Cloud) Config() aws.Config { return c.config }

// Endpoint returns the address that the environment sets for a service ("S3",
// "SQS"), or "" for the service's own address.
func (c *Cloud) Endpoint(service string) string { return aws.ToString(c.endpoint(service)) }

// DynamoDB makes a client.
func (c *Cloud) DynamoDB() *dynamodb.Client {
	return dynamodb.NewFromConfig(c.config, func(o *dynamodb.Options) { o.BaseEndpoint = c.endpoint("DYNAMODB") })
}

// EventBridge makes a client that does not retry: its caller does, since an
// entry can fail in a call that succeeds.
func (c *Cloud) EventBridge() *eventbridge.Client {
	return eventbridge.NewFromConfig(c.config, func(o *eventbridge.Options) {
		o.BaseEndpoint = c.endpoint("EVENTBRIDGE")
		o.Retryer = aws.NopRetryer{}
	})
}

// SSM makes a client.
func (c *Cloud) SSM() *ssm.Client {
	return ssm.NewFromConfig(c.config, func(o *ssm.Options) { o.BaseEndpoint = c.endpoint("SSM") })
}

// WarmBus opens a connection to EventBridge, so that the first request does not wait for
// TLS. During its initialization a function has a full CPU. If WarmBus fails, the first
// request opens the connection.
func (c *Cloud) WarmBus(ctx context.Context) {
	ep, err := eventbridge.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, eventbridge.EndpointParameters{
		Region: &c.config.Region, Endpoint: c.endpoint("EVENTBRIDGE"),
	})
	if err == nil {
		c.connect(ctx, ep.URI.String())
	}
}

// WarmTable does for DynamoDB what WarmBus does for EventBridge. It is for a function that
// does not read the table while it starts.
func (c *Cloud) WarmTable(ctx context.Context) {
	ep, err := dynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: &c.config.Region, Endpoint: c.endpoint("DYNAMODB"),
	})
	if err == nil {
		c.connect(ctx, ep.URI.String())
	}
}

// connect makes a request without a signature. Whatever the answer is, the connection is
// open after it.
func (c *Cloud) connect(ctx context.Context, host string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(host, "/")+"/ping", nil)
	if err != nil {
		return
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
}
