package template_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/wire"
)

func checkFunctions(fx *fixture) (f findings) {
	for _, fn := range fx.functions {
		for what, wrong := range map[string]bool{
			"runtime":                fn.Runtime != "provided.al2023",
			"handler":                fn.Handler != "bootstrap",
			"architecture":           fn.Architecture != fx.Parameters["Architecture"],
			"memory below 256 MB":    fn.Memory < 256,
			"Lambda's own time-out":  fn.Properties["Timeout"] == nil,
			"logs that are not JSON": fn.LogFormat != "JSON",
		} {
			if wrong {
				f.add("%s: %s", fn.ID, what)
			}
		}
		if fx.behindURL(fn) && time.Duration(fn.Timeout)*time.Second >= store.ClaimLease {
			f.add("%s: may run longer than its claim of an event holds", fn.ID)
		}
	}
	return f
}

func (fx *fixture) behindURL(fn template.Function) bool {
	return slices.ContainsFunc(fx.routes, func(r template.Route) bool { return fn.Called(r.Function) })
}

// checkLogs looks at the log groups, and that each function has its own.
func checkLogs(fx *fixture) (f findings) {
	for _, group := range fx.Of("AWS::Logs::LogGroup") {
		var p struct{ RetentionInDays template.Int }
		if err := group.Decode(&p); err != nil || p.RetentionInDays == 0 {
			f.add("log group %s: keeps its entries for ever (%v)", group.ID, err)
		}
		if kept := objects(fx.document, "Resources")[group.ID]; kept["DeletionPolicy"] != "RetainExceptOnCreate" || kept["UpdateReplacePolicy"] != "Retain" {
			f.add("log group %s: goes with the stack", group.ID)
		}
	}
	for _, fn := range fx.functions {
		if fn.LogGroup != "/aws/lambda/"+fn.Name || fx.byName("AWS::Logs::LogGroup", fn.LogGroup) == nil {
			f.add("%s: logs to %q, which is not a group of the template with its name", fn.ID, fn.LogGroup)
		}
	}
	return f
}

// notOurs are variables that no code of ours reads.
var notOurs = map[string]string{"GOGC": "the Go runtime's"}

// checkEnvironment starts the functions' wiring with the environment that the
// template gives them: it must be taken, and all of it must be read.
func checkEnvironment(fx *fixture) (f findings) {
	for _, fn := range fx.functions {
		read, err := wired(fx.folder[fn.ID], fn.Environment)
		if err != nil {
			f.add("%s: %v", fn.ID, err)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(fn.Environment)) {
			if !read[name] && notOurs[name] == "" {
				f.add("%s: reads no %s", fn.ID, name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(read)) {
			if _, ok := fn.Environment[name]; !ok && !strings.HasPrefix(name, "AWS_") {
				f.add("%s: reads %s, which is not set", fn.ID, name)
			}
		}
	}
	return f
}

// wired returns the names of the variables that a function reads. Its AWS
// answers nothing.
func wired(folder string, environment map[string]string) (map[string]bool, error) {
	aws := httptest.NewServer(http.NotFoundHandler())
	defer aws.Close()
	lambda := map[string]string{"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": template.Region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
	var mu sync.Mutex
	read := make(map[string]bool)
	getenv := func(name string) string {
		mu.Lock()
		defer mu.Unlock()
		read[name] = true
		if value, ok := lambda[name]; ok {
			return value
		}
		return environment[name]
	}
	var err error
	if folder == "send" {
		_, err = wire.Sender(context.Background(), getenv)
	} else {
		_, err = wire.Gateway(context.Background(), folder, getenv)
	}
	return read, err
}
