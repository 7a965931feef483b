package template

import "strings"

// Function is a Lambda function of the template.
type Function struct {
	*Resource
	Runtime      string
	Handler      string
	Architecture string
	Timeout      Int // seconds
	Memory       Int // MB
	Reserved     *Int
	Role         string // ARN
	LogGroup     string
	LogFormat    string
	LogLevel     string // of the application's entries; empty for Lambda's own
	Environment  map[string]string
}

// Called reports whether a name or an ARN is the function's, or that of an alias
// of it.
func (f Function) Called(name string) bool {
	return name == f.Name || name == f.ARN || strings.HasPrefix(name, f.ARN+":")
}

// Functions returns the template's functions, with Lambda's own defaults filled
// in.
func (t *Template) Functions() ([]Function, error) {
	var all []Function
	for _, r := range t.Of("AWS::Lambda::Function") {
		p := struct {
			Runtime, Handler, Role       string
			Architectures                [1]string
			Timeout, MemorySize          Int
			ReservedConcurrentExecutions *Int
			LoggingConfig                struct{ LogGroup, LogFormat, ApplicationLogLevel string }
			Environment                  struct{ Variables map[string]string }
		}{Architectures: [1]string{"x86_64"}, Timeout: 3, MemorySize: 128}
		p.LoggingConfig.LogFormat = "Text"
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, Function{
			Resource: r, Runtime: p.Runtime, Handler: p.Handler, Role: p.Role, Timeout: p.Timeout, Memory: p.MemorySize,
			Reserved: p.ReservedConcurrentExecutions, LogGroup: p.LoggingConfig.LogGroup, LogFormat: p.LoggingConfig.LogFormat,
			LogLevel: p.LoggingConfig.ApplicationLogLevel, Environment: p.Environment.Variables, Architecture: p.Architectures[0],
		})
	}
	return all, nil
}
