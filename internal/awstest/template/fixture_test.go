package template_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// fixture is what a check looks at: the template as it is written, as one
// deployment sees it, and what the code does.
type fixture struct {
	*template.Template
	facts
	document map[string]any

	functions     []template.Function
	routes        []template.Route
	sources       []template.EventSource
	queues        []template.Queue
	rules         []template.Rule
	subscriptions []template.Subscription
	invokeConfigs []template.InvokeConfig
	permissions   []template.Permission
	alarms        []template.Alarm
	statements    []statement
}

func newFixture(document map[string]any, parameters map[string]string, f facts) (*fixture, error) {
	loaded, err := template.Resolve(document, parameters)
	if err != nil {
		return nil, err
	}
	fx := &fixture{Template: loaded, facts: f, document: document}
	for _, read := range []func() error{
		func() error { fx.functions, err = fx.Functions(); return err },
		func() error { fx.routes, err = fx.Routes(); return err },
		func() error { fx.sources, err = fx.EventSources(); return err },
		func() error { fx.queues, err = fx.Queues(); return err },
		func() error { fx.rules, err = fx.Rules(); return err },
		func() error { fx.subscriptions, err = fx.Subscriptions(); return err },
		func() error { fx.invokeConfigs, err = fx.InvokeConfigs(); return err },
		func() error { fx.permissions, err = fx.Permissions(); return err },
		func() error { fx.alarms, err = fx.Alarms(); return err },
		func() error { fx.statements, err = statements(loaded); return err },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return fx, nil
}

// byName is the resource of a kind that has the physical name.
func (fx *fixture) byName(kind, name string) *template.Resource {
	for _, r := range fx.Of(kind) {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// queue is the one with the ARN.
func (fx *fixture) queue(arn string) *template.Queue {
	for i := range fx.queues {
		if fx.queues[i].ARN == arn {
			return &fx.queues[i]
		}
	}
	return nil
}

// findings is what a check has to say.
type findings []string

func (f *findings) add(format string, arguments ...any) {
	*f = append(*f, fmt.Sprintf(format, arguments...))
}

// checks are what a production team would look for.
var checks = map[string]func(*fixture) findings{
	"wildcards":   checkWildcards,
	"grants":      checkGrants,
	"keys":        checkKeys,
	"functions":   checkFunctions,
	"environment": checkEnvironment,
	"queues":      checkQueues,
	"delivery":    checkDelivery,
	"table":       checkTable,
	"bucket":      checkBucket,
	"topics":      checkTopics,
	"logs":        checkLogs,
	"account":     checkAccount,
	"api":         checkAPI,
	"parameters":  checkParameters,
	"outputs":     checkOutputs,
	"alarms":      checkAlarms,
	"dashboard":   checkDashboard,
}

func TestTemplate(t *testing.T) {
	document, known := template.Translate(t), gather(t)
	for name, parameters := range sets(t, document) {
		t.Run(name, func(t *testing.T) {
			for check, found := range inspect(t, document, parameters, known) {
				for _, finding := range found {
					t.Errorf("%s: %s", check, finding)
				}
			}
		})
	}
}

// inspect runs all checks on a deployment.
func inspect(t *testing.T, document map[string]any, parameters map[string]string, known facts) map[string]findings {
	t.Helper()
	fx, err := newFixture(document, parameters, known)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]findings)
	for name, check := range checks {
		all[name] = check(fx)
	}
	return all
}

// filled is a value for each parameter that may be empty or is any text.
var filled = map[string]string{
	"AlarmEmail":             "ops@example.com",
	"AlarmTopicServices":     "backup.amazonaws.com, codestar-notifications.amazonaws.com",
	"CardHandlerArns":        "arn:aws:lambda:us-east-1:123456789012:function:handler, arn:aws:lambda:us-east-1:123456789012:function:other:live",
	"CertificateArn":         "arn:aws:acm:us-east-1:123456789012:certificate/0a1b",
	"DomainName":             "lark.example.com",
	"EventBusName":           "company",
	"HostedZoneId":           "Z0123456789",
	"OrganizationId":         "o-a1b2c3d4e5",
	"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
	"Release":                "4ce46e8-1",
	"RolePath":               "/teams/chat/",
	"SecurityGroupIds":       "sg-0123456789abcdef0",
	"SubnetIds":              "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
	"DefaultTo":              "oc_1",
	"KmsKeyArn":              "arn:aws:kms:us-east-1:123456789012:key/0a1b",
	"MarketplaceApp":         "default",
	"OperatorTopicArn":       "arn:aws:sns:us-east-1:123456789012:operators",
	"ParameterPrefix":        "/acme/lark",
	"RunbookUrl":             "https://example.com/runbook.md",
}

// needsText are the parameters that may have another value than the first only
// if a text is filled: the template's rules say so.
var needsText = map[string]bool{"DefaultUrl": true, "Deployment": true, "ProvisionedConcurrency": true}

// sets are the deployments that the checks look at: the defaults, and what
// comes first or last of what a parameter may be, with the texts that may be
// empty filled or not.
func sets(t *testing.T, document map[string]any) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{"defaults": nil}
	for name, of := range map[string]struct{ last, filled bool }{
		"first, empty": {false, false}, "first, filled": {false, true}, "last, empty": {true, false}, "last, filled": {true, true},
	} {
		set := make(map[string]string)
		for parameter, declared := range objects(document, "Parameters") {
			set[parameter] = value(t, parameter, declared, of.last && (of.filled || !needsText[parameter]), of.filled)
		}
		all[name] = set
	}
	return all
}

func value(t *testing.T, name string, declared map[string]any, last, fill bool) string {
	t.Helper()
	choices := []any{declared["MinValue"], declared["MaxValue"]}
	if allowed, ok := declared["AllowedValues"].([]any); ok {
		choices = allowed
	}
	switch {
	case choices[0] != nil && last:
		return fmt.Sprint(choices[len(choices)-1])
	case choices[0] != nil:
		return fmt.Sprint(choices[0])
	}
	text, ok := filled[name]
	if !ok {
		t.Fatalf("parameter %s: add a value that it may have to filled", name)
	}
	if fill {
		return text
	}
	return fmt.Sprint(declared["Default"])
}

// objects are the members of a section of a document.
func objects(document map[string]any, section string) map[string]map[string]any {
	all := make(map[string]map[string]any)
	members, _ := document[section].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		all[name], _ = members[name].(map[string]any)
	}
	return all
}
