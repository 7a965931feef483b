// Package account tests the template in an AWS account that has the resources of the
// translated template: its table, queues, bus and rules on the emulator, and its functions
// as the real binaries, behind its routes, event sources and topics.
package account

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Account is one deployment. It belongs to one test.
type Account struct {
	*harness.Emulator
	*template.Template
	// Handler is Lambda's API for the functions that the template does not
	// have, such as an app's card_handler; nil for none.
	Handler http.Handler

	t           testing.TB
	lambda      string // the address of Lambda's API
	functions   []*function
	routes      []template.Route
	sources     []template.EventSource
	subscribed  []template.Subscription
	configs     []template.InvokeConfig
	permissions []template.Permission
	queues      map[string]template.Queue // by ARN
}

// New empties the emulator and deploys the template with the given parameters
// over its defaults.
func New(t testing.TB, e *harness.Emulator, parameters map[string]string) *Account {
	t.Helper()
	a := &Account{Emulator: e, Template: template.Load(t, parameters), t: t, queues: map[string]template.Queue{}}
	a.must(e.Reset(t.Context()))
	a.createStores()
	a.createQueues()
	a.createRules()
	a.lambda = a.serveLambda()
	a.createFunctions()
	var err error
	a.routes, err = a.Routes()
	a.must(err)
	a.sources, err = a.EventSources()
	a.must(err)
	a.subscribed, err = a.Subscriptions()
	a.must(err)
	a.configs, err = a.InvokeConfigs()
	a.must(err)
	a.permissions, err = a.Permissions()
	a.must(err)
	return a
}

func (a *Account) serveLambda() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.Handler == nil {
			http.NotFound(w, r)
			return
		}
		a.Handler.ServeHTTP(w, r)
	}))
	a.t.Cleanup(server.Close)
	return server.URL
}

// ConnectLark stores the settings of the default app, those of the samples
// with some changed, whose Lark is a stand-in.
func (a *Account) ConnectLark(app larktest.App, change map[string]any) *larktest.Platform {
	a.t.Helper()
	platform, url := stage.Lark(a.t, app)
	settings := map[string]any{"domain": url}
	maps.Copy(settings, change)
	doc, err := json.Marshal(stage.Settings(settings))
	a.must(err)
	a.must(a.PutSecret(a.t.Context(), a.functions[0].Environment["PARAMETER_PREFIX"]+"/default", string(doc)))
	return platform
}

// createStores makes the table and the bucket.
func (a *Account) createStores() {
	a.t.Helper()
	for _, table := range a.Of("AWS::DynamoDB::Table") {
		var p struct {
			BillingMode                                              string
			AttributeDefinitions, KeySchema, TimeToLiveSpecification any
		}
		a.must(table.Decode(&p))
		a.call("DynamoDB_20120810.CreateTable", map[string]any{
			"TableName": table.Name, "BillingMode": p.BillingMode, "AttributeDefinitions": p.AttributeDefinitions, "KeySchema": p.KeySchema,
		}, nil)
		a.call("DynamoDB_20120810.UpdateTimeToLive", map[string]any{"TableName": table.Name, "TimeToLiveSpecification": p.TimeToLiveSpecification}, nil)
	}
	for _, bucket := range a.Of("AWS::S3::Bucket") {
		a.must(a.CreateBucket(a.t.Context(), bucket.Name))
	}
}

func (a *Account) call(target string, in, out any) {
	a.t.Helper()
	a.must(a.Call(a.t.Context(), target, in, out))
}

func (a *Account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// allows says whether the template lets a service invoke a function on behalf
// of a resource.
func (a *Account) allows(service string, f *function, source string) bool {
	return slices.ContainsFunc(a.permissions, func(p template.Permission) bool {
		return p.Action == "lambda:InvokeFunction" && p.Principal == service && f.Called(p.Function) &&
			(p.Source != "" && template.Matches(p.Source, source) || p.Source == "" && p.Account == template.Account)
	})
}
