package store

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// ParameterStore is the part of the SSM client that [SSM] uses.
type ParameterStore interface {
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}

// SSM is a [Source] that reads the parameters under a prefix, one SecureString for each
// app. One call reads ten of them.
type SSM struct {
	client ParameterStore
	prefix string
}

// NewSSM makes a source that reads the parameters <prefix>/<name>.
func NewSSM(client ParameterStore, prefix string) *SSM {
	return &SSM{client, strings.TrimRight(prefix, "/")}
}

// Where returns the name of an app's parameter.
func (s *SSM) Where(name string) string { return "parameter " + s.prefix + "/" + name }

// Settings returns the values of the parameters directly under the prefix.
func (s *SSM) Settings(ctx context.Context) (map[string]string, error) {
	docs := map[string]string{}
	pages := ssm.NewGetParametersByPathPaginator(s.client, &ssm.GetParametersByPathInput{
		Path: &s.prefix, WithDecryption: aws.Bool(true), MaxResults: aws.Int32(10),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err // the caller adds what was being done
		}
		for _, p := range page.Parameters {
			docs[strings.TrimPrefix(aws.ToString(p.Name), s.prefix+"/")] = aws.ToString(p.Value)
		}
	}
	return docs, nil
}
