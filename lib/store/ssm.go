package store

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// ParameterStore is the part of the SSM client that [SSM] uses.
type ParameterStore interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}

// SSM is a [Source] that reads the parameters under a prefix, one SecureString for
// each app.
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

// Setting returns the value of an app's parameter.
func (s *SSM) Setting(ctx context.Context, name string) (string, error) {
	if !IsAppName(name) { // it could lead to a deeper parameter
		return "", ErrUnknownApp
	}
	out, err := s.client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(s.prefix + "/" + name), WithDecryption: aws.Bool(true)})
	if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
		return "", ErrUnknownApp
	}
	if err != nil {
		return "", err // Settings says what was being done
	}
	return aws.ToString(out.Parameter.Value), nil
}

// All returns the values of the parameters directly under the prefix, by the names
// of the apps. It is for operators: a function reads the app that it needs.
func (s *SSM) All(ctx context.Context) (map[string]string, error) {
	docs := map[string]string{}
	pages := ssm.NewGetParametersByPathPaginator(s.client, &ssm.GetParametersByPathInput{
		Path: &s.prefix, WithDecryption: aws.Bool(true), MaxResults: aws.Int32(10),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parameters {
			docs[strings.TrimPrefix(aws.ToString(p.Name), s.prefix+"/")] = aws.ToString(p.Value)
		}
	}
	return docs, nil
}
