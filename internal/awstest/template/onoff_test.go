package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// onOff has the resources that parameters add to those of the defaults or take
// away, and some of what they change.
var onOff = []struct {
	name       string
	parameters map[string]string
	added      []string
	removed    []string
	changed    map[string]string // by path
}{
	{
		"custom domain", map[string]string{"DomainName": "lark.example.com", "CertificateArn": certificate},
		[]string{"Domain", "DomainMapping"}, nil,
		map[string]string{
			"Outputs.EventUrl": "https://lark.example.com/event", "Outputs.CardUrl": "https://lark.example.com/card",
			"Outputs.DomainTarget": "d-lark.example.com.execute-api.us-east-1.amazonaws.com",
		},
	},
	{
		"custom domain, its zone and no other URL",
		map[string]string{"DomainName": "lark.example.com", "CertificateArn": certificate, "HostedZoneId": "Z0123456789", "DefaultUrl": "off"},
		[]string{"Domain", "DomainMapping", "DomainRecord"}, nil,
		map[string]string{"Resources.DomainRecord.HostedZoneId": "Z0123456789"},
	},
	{
		"organization", map[string]string{"OrganizationId": "o-a1b2c3d4e5"},
		[]string{"OrganizationRulesPolicy", "OrganizationSendPolicy"}, nil, nil,
	},
	{
		"bus of the user's", map[string]string{"EventBusName": "company"},
		nil, []string{"Bus"},
		map[string]string{
			"Outputs.BusName": "company", "Outputs.BusArn": "arn:aws:events:us-east-1:123456789012:event-bus/company",
			"Resources.SendRequests.EventBusName": "company", "Resources.Archive.SourceArn": "arn:aws:events:us-east-1:123456789012:event-bus/company",
		},
	},
	{
		"permissions boundary", map[string]string{"PermissionsBoundaryArn": boundary, "RolePath": "/teams/chat/"},
		nil, nil,
		map[string]string{
			"Resources.EventRole.PermissionsBoundary": boundary, "Resources.CardRole.PermissionsBoundary": boundary, "Resources.SendRole.PermissionsBoundary": boundary,
			"Resources.EventRole.Path": "/teams/chat/", "Resources.CardRole.Path": "/teams/chat/", "Resources.SendRole.Path": "/teams/chat/",
		},
	},
	{
		"architecture", map[string]string{"Architecture": "x86_64"}, nil, nil,
		map[string]string{
			"Resources.EventFunction.Architectures": "[x86_64]", "Resources.CardFunction.Architectures": "[x86_64]", "Resources.SendFunction.Architectures": "[x86_64]",
		},
	},
	{
		"release", map[string]string{"Release": "v1"},
		releaseResources, nil,
		map[string]string{
			"Resources.EventVersion.Description": "v1", "Resources.EventAlias.FunctionVersion": "1",
			"Resources.EventFunctionDefaultPermission.FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-event:live",
			"Resources.CardFunctionNamedPermission.FunctionName":    "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-card:live",
		},
	},
	{
		"canary", map[string]string{"Release": "v1", "Deployment": "Canary10Percent5Minutes", "ProvisionedConcurrency": "2"},
		releaseResources, nil,
		map[string]string{
			"Resources.CardDeploymentGroup.DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
			"Resources.CardDeploymentGroup.AlarmConfiguration":   "map[Alarms:[map[Name:larkbridge-server-errors] map[Name:larkbridge-cards] map[Name:larkbridge-refused]] Enabled:true]",
			"Resources.CardAlias.ProvisionedConcurrencyConfig":   "map[ProvisionedConcurrentExecutions:2]",
		},
	},
	{
		"tracing", map[string]string{"Tracing": "on"}, nil, nil,
		map[string]string{"Resources.CardFunction.TracingConfig": "map[Mode:Active]", "Resources.SendFunction.TracingConfig": "map[Mode:Active]"},
	},
	{
		"subnets", map[string]string{"SubnetIds": "subnet-0a,subnet-0b", "SecurityGroupIds": "sg-0a"}, nil, nil,
		map[string]string{"Resources.SendFunction.VpcConfig": "map[SecurityGroupIds:[sg-0a] SubnetIds:[subnet-0a subnet-0b]]"},
	},
	{"alarms in Lark", map[string]string{"DefaultTo": "oc_1"}, []string{"AlarmsToLark"}, nil, nil},
}

// releaseResources are there when the parameter Release is not empty.
var releaseResources = []string{
	"CardAlias", "CardDeploymentGroup", "CardVersion", "DeploymentApplication", "DeploymentRole", "EventAlias", "EventDeploymentGroup", "EventVersion",
}

const (
	certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"
	boundary    = "arn:aws:iam::123456789012:policy/boundary"
)

// Each of these parameters has an effect, and the defaults have none of it.
func TestOnAndOff(t *testing.T) {
	document := template.Translate(t)
	load := func(parameters map[string]string) *template.Template {
		loaded, err := template.Resolve(document, parameters)
		if err != nil {
			t.Fatal(err)
		}
		return loaded
	}
	off := load(nil)
	for _, tt := range onOff {
		on := load(tt.parameters)
		if diff := cmp.Diff(tt.added, missingIn(on, off)); diff != "" {
			t.Errorf("%s: added resources (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.removed, missingIn(off, on)); diff != "" {
			t.Errorf("%s: removed resources (-want +got):\n%s", tt.name, diff)
		}
		for _, path := range slices.Sorted(maps.Keys(tt.changed)) {
			if got, want := at(on, path), tt.changed[path]; got != want {
				t.Errorf("%s: %s is %s, want %s", tt.name, path, got, want)
			}
			if at(off, path) == tt.changed[path] {
				t.Errorf("%s: %s is the same without it", tt.name, path)
			}
		}
	}
}

// The URL of API Gateway is there unless DefaultUrl is off.
func TestDefaultUrl(t *testing.T) {
	for value, want := range map[string]string{"on": "false", "off": "true"} {
		loaded := template.Load(t, map[string]string{"DefaultUrl": value, "DomainName": "lark.example.com", "CertificateArn": certificate})
		if got := at(loaded, "Resources.HttpApi.Body"); !strings.Contains(got, "x-amazon-apigateway-endpoint-configuration:map[disableExecuteApiEndpoint:"+want+"]") {
			t.Errorf("DefaultUrl %s: got %s, want disableExecuteApiEndpoint %s", value, got, want)
		}
	}
}

// missingIn returns the resources of a that b has not.
func missingIn(a, b *template.Template) (missing []string) {
	for _, id := range slices.Sorted(maps.Keys(a.Resources)) {
		if b.Resources[id] == nil {
			missing = append(missing, id)
		}
	}
	return missing
}

// Parameters that need each other are refused before anything is made.
func TestRulesOfParameters(t *testing.T) {
	for want, parameters := range map[string]map[string]string{
		"DomainName needs CertificateArn":        {"DomainName": "lark.example.com"},
		"DefaultUrl off needs DomainName":        {"DefaultUrl": "off"},
		"SubnetIds needs SecurityGroupIds":       {"SubnetIds": "subnet-0a"},
		"Deployment needs a Release":             {"Deployment": "Canary10Percent5Minutes"},
		"ProvisionedConcurrency needs a Release": {"ProvisionedConcurrency": "1"},
	} {
		if _, err := template.Resolve(template.Translate(t), parameters); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", parameters, err, want)
		}
	}
}

// The accounts of the organization may put requests to send on the bus and into
// the queues, and have rules of their own; nothing else, and nobody without the
// parameter.
func TestOrganization(t *testing.T) {
	const (
		bus = "arn:aws:events:us-east-1:123456789012:event-bus/larkbridge"
		sqs = "arn:aws:sqs:us-east-1:123456789012:larkbridge-send"
		org = "o-a1b2c3d4e5"
	)
	want := []string{
		"[events:PutEvents] on [" + bus + "] if map[StringEquals:map[aws:PrincipalOrgID:[" + org + "] events:detail-type:[Lark Send Request]] StringNotEquals:map[events:source:[lark larkbridge.send]]]",
		"[events:PutRule events:DeleteRule events:DescribeRule events:DisableRule events:EnableRule events:PutTargets events:RemoveTargets events:ListTargetsByRule] on " +
			"[arn:aws:events:us-east-1:123456789012:rule/larkbridge/*] if map[StringEquals:map[aws:PrincipalOrgID:[" + org + "]] StringEqualsIfExists:map[events:creatorAccount:[${aws:PrincipalAccount}]]]",
		"[sqs:SendMessage] on [" + sqs + ".fifo] if map[StringEquals:map[aws:PrincipalOrgID:[" + org + "]]]",
		"[sqs:SendMessage] on [" + sqs + "] if map[StringEquals:map[aws:PrincipalOrgID:[" + org + "]]]",
	}
	for id, want := range map[string][]string{"": nil, org: want} {
		all, err := statements(template.Load(t, map[string]string{"OrganizationId": id}))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range all {
			if s.Effect == "Allow" && slices.Contains(s.Principal["AWS"], "*") {
				got = append(got, fmt.Sprintf("%v on %v if %v", s.Action, s.Resource, s.Condition))
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("OrganizationId %q: what other accounts may do (-want +got):\n%s", id, diff)
		}
	}
}
