package template_test

import (
	"slices"
	"strconv"

	"github.com/google/go-cmp/cmp"

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
			LifecycleConfiguration struct{ Rules []lifecycleRule }
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
		if diff := cmp.Diff(fx.lifecycle(), p.LifecycleConfiguration.Rules); diff != "" {
			f.add("bucket %s: lifecycle (-want +got):\n%s", r.ID, diff)
		}
		if !fx.onlyOverTLS("s3:*", r.ARN, r.ARN+"/*") {
			f.add("bucket %s: answers without TLS", r.ID)
		}
	}
	return f
}

// lifecycleRule is a rule by which S3 removes objects and unfinished uploads.
type lifecycleRule struct {
	ID                             string `json:"Id"`
	Status, Prefix                 string
	ExpirationInDays               template.Int
	AbortIncompleteMultipartUpload struct{ DaysAfterInitiation template.Int }
}

// lifecycle returns the bucket's rules: details of events expire, files are their
// users' own and expire only if the parameter FileDays says so.
func (fx *fixture) lifecycle() []lifecycleRule {
	rules := []lifecycleRule{{ID: "expire-details", Status: "Enabled", Prefix: "events/", ExpirationInDays: 30}}
	if days, _ := strconv.Atoi(fx.Parameters["FileDays"]); days > 0 {
		rules = append(rules, lifecycleRule{ID: "expire-files", Status: "Enabled", Prefix: "files/", ExpirationInDays: template.Int(days)})
	}
	uploads := lifecycleRule{ID: "abort-uploads", Status: "Enabled"}
	uploads.AbortIncompleteMultipartUpload.DaysAfterInitiation = 7
	return append(rules, uploads)
}

// onlyOverTLS reports whether a policy refuses everybody an action on some
// resources without TLS.
func (fx *fixture) onlyOverTLS(action string, resources ...string) bool {
	return slices.ContainsFunc(fx.statements, func(s statement) bool {
		return s.Effect == "Deny" && slices.Equal(s.Condition["Bool"]["aws:SecureTransport"], template.List{"false"}) &&
			slices.Equal(s.Principal["AWS"], template.List{"*"}) && slices.Equal(s.Action, template.List{action}) &&
			!slices.ContainsFunc(resources, func(r string) bool { return !slices.Contains(s.Resource, r) })
	})
}

func checkTopics(fx *fixture) (f findings) {
	for _, topic := range fx.Of("AWS::SNS::Topic") {
		if !fx.onlyOverTLS("sns:Publish", topic.ARN) {
			f.add("topic %s: takes messages without TLS", topic.ID)
		}
	}
	return f
}
