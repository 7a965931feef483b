package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// statement is one of a policy, wherever in the template it is.
type statement struct {
	owner                                    *template.Resource
	Sid, Effect                              string
	Principal                                principal
	NotPrincipal                             any
	Action, NotAction, Resource, NotResource template.List
	Condition                                map[string]map[string]template.List
}

// principal is "*", or lists by kind.
type principal map[string]template.List

func (p *principal) UnmarshalJSON(doc []byte) error {
	var all string
	if json.Unmarshal(doc, &all) == nil {
		*p = principal{"AWS": {all}}
		return nil
	}
	return json.Unmarshal(doc, (*map[string]template.List)(p))
}

func (s statement) String() string {
	return fmt.Sprintf("%s %s %s: %s %v on %v for %v if %v", s.owner.Type, s.owner.ID, s.Sid, s.Effect, s.Action, s.Resource, s.Principal, s.Condition)
}

// statements finds every statement, by its Effect.
func statements(loaded *template.Template) (found []statement, err error) {
	for _, id := range slices.Sorted(maps.Keys(loaded.Resources)) {
		owner := loaded.Resources[id]
		if err := walk(owner.Properties, func(node map[string]any) error {
			if node["Effect"] == nil {
				return nil
			}
			s := statement{owner: owner}
			doc, err := json.Marshal(node)
			if err == nil {
				err = json.Unmarshal(doc, &s)
			}
			if err == nil {
				found = append(found, s)
			}
			return err
		}); err != nil {
			return nil, fmt.Errorf("statements of %s: %w", id, err)
		}
	}
	return found, nil
}

// walk visits the objects in v.
func walk(v any, do func(map[string]any) error) error {
	switch v := v.(type) {
	case map[string]any:
		if err := do(v); err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := walk(v[key], do); err != nil {
				return err
			}
		}
	case []any:
		for _, element := range v {
			if err := walk(element, do); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayBeWide names the statements that may have wildcards, and why.
var mayBeWide = map[string]string{
	"AWS::IAM::Role UseSubnets":             "Lambda asks for the right on every network interface",
	"AWS::IAM::Role UseSubnetsByLambdaOnly": "takes that right away from the function's own code",
	"AWS::IAM::Role WriteTraces":            "X-Ray has no resources",
	"AWS::S3::BucketPolicy OnlyOverTLS":     "refuses everybody everything that comes without TLS",
	"AWS::SQS::QueuePolicy OnlyOverTLS":     "the same",
	"AWS::SNS::TopicPolicy OnlyOverTLS":     "the same",
}

// wideByNature names the statements that allow something on more than one resource,
// because nobody knows the resources beforehand, and why.
var wideByNature = map[string]string{
	"AWS::IAM::ManagedPolicy EndTasks":     "a token that only a state machine gives out says which step is ended",
	"AWS::IAM::ManagedPolicy EndCallbacks": "an id that only a durable function gives out says which callback is ended",
}

func isWideByNature(s statement) bool { return wideByNature[s.owner.Type+" "+s.Sid] != "" }

// checkWildcards looks for whatever means "all", or "all but".
func checkWildcards(fx *fixture) (f findings) {
	for _, s := range fx.statements {
		if _, excused := mayBeWide[s.owner.Type+" "+s.Sid]; excused && (s.Effect == "Deny") != (s.Sid == "UseSubnets" || s.Sid == "WriteTraces") {
			continue
		}
		if len(s.NotAction)+len(s.NotResource) > 0 || s.NotPrincipal != nil {
			f.add("%v: says what it is not about", s)
		}
		for _, action := range s.Action {
			if strings.ContainsAny(action, "*?") {
				f.add("%v: action %s", s, action)
			}
		}
		for _, resource := range s.Resource {
			if fx.wide(resource) && !isWideByNature(s) {
				f.add("%v: resource %s", s, resource)
			}
		}
		for _, who := range s.Principal {
			if slices.Contains(who, "*") && !fx.forOrganization(s) {
				f.add("%v: anybody", s)
			}
		}
	}
	for _, role := range fx.Of("AWS::IAM::Role") {
		var p struct{ ManagedPolicyArns []string }
		if err := role.Decode(&p); err != nil {
			f.add("%v", err)
		}
		for _, arn := range p.ManagedPolicyArns {
			if fx.ByARN(arn) == nil {
				f.add("role %s: policy %s is not the template's", role.ID, arn)
			}
		}
	}
	return f
}

// wide reports whether a resource is more than one: the objects of one of the
// template's buckets, or of one of its folders, the streams of one of its log groups,
// the rules of its bus and the settings of its apps count as one.
func (fx *fixture) wide(resource string) bool {
	if bus, ok := strings.CutPrefix(resource, "arn:aws:events:"+template.Region+":"+template.Account+":rule/"); ok && bus == fx.functions[0].Environment["BUS_NAME"]+"/*" {
		return false
	}
	for suffix, kind := range map[string]string{"/*": "AWS::S3::Bucket", "/events/*": "AWS::S3::Bucket", "/files/*": "AWS::S3::Bucket", ":*": "AWS::Logs::LogGroup"} {
		if of, ok := strings.CutSuffix(resource, suffix); ok {
			if owner := fx.ByARN(of); owner != nil && owner.Type == kind {
				return false
			}
		}
	}
	if strings.HasSuffix(resource, ":parameter"+fx.functions[0].Environment["PARAMETER_PREFIX"]+"/*") {
		return false
	}
	return strings.ContainsAny(resource, "*?")
}

// allows reports whether a resource's own policy lets a service of AWS act.
func (fx *fixture) allows(service, action, resource string) bool {
	return slices.ContainsFunc(fx.statements, func(s statement) bool {
		return s.Effect == "Allow" && slices.Contains(s.Principal["Service"], service) && slices.Contains(s.Action, action) && slices.Contains(s.Resource, resource)
	})
}

// actsFor has the condition by which a service says for whom it acts when it
// delivers, as its guide documents. By any other condition AWS refuses all that it delivers. What is
// not here says nothing, so that every account could use it: EventBridge to a
// topic ("Using resource-based policies" of its guide).
var actsFor = map[string]map[string]map[string]template.List{
	"events.amazonaws.com sqs:SendMessage": {"ArnLike": {"aws:SourceArn": {"arn:aws:events:*:" + template.Account + ":rule/*"}}},
	"sns.amazonaws.com sqs:SendMessage":    {"ArnLike": {"aws:SourceArn": {"arn:aws:sns:*:" + template.Account + ":*"}}},
	"cloudwatch.amazonaws.com sns:Publish": {"StringEquals": {"aws:SourceAccount": {template.Account}}},
	"budgets.amazonaws.com sns:Publish":    {"StringEquals": {"aws:SourceAccount": {template.Account}}},
}

// fifoTopics has the condition for a FIFO queue, which no other topic can write
// to.
var fifoTopics = map[string]map[string]template.List{"ArnLike": {"aws:SourceArn": {"arn:aws:sns:*:" + template.Account + ":*.fifo"}}}

// actsForAccount reports whether a statement lets a service act for this account
// only, and lets it act.
func (fx *fixture) actsForAccount(s statement, service, action string) bool {
	want := actsFor[service+" "+action]
	switch {
	case service == "sns.amazonaws.com" && fx.onFIFO(s):
		want = fifoTopics
	case action == "sns:Publish" && slices.Contains(fx.listed("AlarmTopicServices"), service):
		want = actsFor["cloudwatch.amazonaws.com sns:Publish"]
	}
	return want != nil && reflect.DeepEqual(s.Condition, want)
}

// onFIFO reports whether a statement is about FIFO queues.
func (fx *fixture) onFIFO(s statement) bool {
	return slices.ContainsFunc(s.Resource, func(arn string) bool { q := fx.queue(arn); return q != nil && q.FIFO })
}

// listed returns the elements of a parameter that is a list.
func (fx *fixture) listed(parameter string) []string {
	return strings.FieldsFunc(fx.Parameters[parameter], func(r rune) bool { return r == ',' || r == ' ' })
}

// checkAccount looks for policies of resources that let in more than services
// that act for this account, or that would keep those out.
func checkAccount(fx *fixture) (f findings) {
	for _, s := range fx.statements {
		if s.Effect != "Allow" || len(s.Principal) == 0 {
			continue
		}
		if s.owner.Type == "AWS::IAM::Role" {
			want, condition := "lambda.amazonaws.com", map[string]map[string]template.List(nil)
			if fx.deploys(s.owner) {
				want, condition = "codedeploy.amazonaws.com", actsFor["cloudwatch.amazonaws.com sns:Publish"]
			}
			if len(s.Principal) != 1 || !slices.Equal(s.Principal["Service"], template.List{want}) || !reflect.DeepEqual(s.Condition, condition) {
				f.add("%v: not only %s may take the role", s, want)
			}
			continue
		}
		if fx.forOrganization(s) {
			continue
		}
		if len(s.Principal["Service"]) == 0 {
			f.add("%v: for others than services", s)
		}
		for _, service := range s.Principal["Service"] {
			for _, action := range s.Action {
				if !fx.actsForAccount(s, service, action) {
					f.add("%v: %s does not say so that it acts for this account", s, service)
				}
			}
		}
	}
	for _, p := range fx.permissions {
		if !strings.HasSuffix(p.Principal, ".amazonaws.com") {
			f.add("permission %s: for %s", p.ID, p.Principal)
		}
		if p.Account != template.Account && !strings.Contains(p.Source, ":"+template.Account+":") {
			f.add("permission %s: also for other accounts", p.ID)
		}
	}
	return f
}

// forOrganization reports whether a statement is for the accounts of the user's
// organization only.
func (fx *fixture) forOrganization(s statement) bool {
	id := fx.Parameters["OrganizationId"]
	return id != "" && slices.Equal(s.Condition["StringEquals"]["aws:PrincipalOrgID"], template.List{id})
}

// The list is for whoever asks what the stack may do: go test -v -run Statements.
func TestStatements(t *testing.T) {
	document := template.Translate(t)
	loaded, err := template.Resolve(document, sets(t, document)["first, filled"])
	if err != nil {
		t.Fatal(err)
	}
	all, err := statements(loaded)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Log(s)
	}
	for name := range mayBeWide {
		if !slices.ContainsFunc(all, func(s statement) bool { return s.owner.Type+" "+s.Sid == name }) {
			t.Errorf("%s is excused and not there", name)
		}
	}
}
