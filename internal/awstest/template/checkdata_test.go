package template_test

import (
	"slices"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func checkTable(fx *fixture) (f findings) {
	for _, r := range fx.Of("AWS::DynamoDB::Table") {
		var p struct {
			BillingMode             string
			TimeToLiveSpecification struct {
				AttributeName string
				Enabled       template.Bool
			}
			SSESpecification struct{ SSEEnabled template.Bool }
		}
		if err := r.Decode(&p); err != nil {
			f.add("%v", err)
		}
		if ttl := p.TimeToLiveSpecification; ttl.AttributeName != "ttl" || !bool(ttl.Enabled) {
			f.add("table %s: nothing expires by ttl", r.ID)
		}
		if !p.SSESpecification.SSEEnabled {
			f.add("table %s: under a key that nobody can see used", r.ID)
		}
		if p.BillingMode != "PAY_PER_REQUEST" {
			f.add("table %s: billed by %q", r.ID, p.BillingMode)
		}
	}
	return f
}

func checkBucket(fx *fixture) (f findings) {
	for _, r := range fx.Of("AWS::S3::Bucket") {
		var p struct {
			PublicAccessBlockConfiguration struct{ BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets template.Bool }
			BucketEncryption               struct {
				ServerSideEncryptionConfiguration []struct{ ServerSideEncryptionByDefault struct{ SSEAlgorithm string } }
			}
			LifecycleConfiguration struct {
				Rules []struct {
					Status           string
					ExpirationInDays template.Int
				}
			}
		}
		if err := r.Decode(&p); err != nil {
			f.add("%v", err)
		}
		if public := p.PublicAccessBlockConfiguration; !(public.BlockPublicAcls && public.BlockPublicPolicy && public.IgnorePublicAcls && public.RestrictPublicBuckets) {
			f.add("bucket %s: can be made public", r.ID)
		}
		if rules := p.BucketEncryption.ServerSideEncryptionConfiguration; len(rules) != 1 || rules[0].ServerSideEncryptionByDefault.SSEAlgorithm == "" {
			f.add("bucket %s: not encrypted", r.ID)
		}
		if rules := p.LifecycleConfiguration.Rules; len(rules) == 0 || rules[0].Status != "Enabled" || rules[0].ExpirationInDays == 0 {
			f.add("bucket %s: keeps all for ever", r.ID)
		}
		if !fx.onlyOverTLS(r) {
			f.add("bucket %s: answers without TLS", r.ID)
		}
	}
	return f
}

func (fx *fixture) onlyOverTLS(bucket *template.Resource) bool {
	return slices.ContainsFunc(fx.statements, func(s statement) bool {
		return s.Effect == "Deny" && slices.Equal(s.Condition["Bool"]["aws:SecureTransport"], template.List{"false"}) &&
			slices.Equal(s.Principal["AWS"], template.List{"*"}) && slices.Equal(s.Action, template.List{"s3:*"}) &&
			slices.Contains(s.Resource, bucket.ARN) && slices.Contains(s.Resource, bucket.ARN+"/*")
	})
}
