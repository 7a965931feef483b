package template

// InvokeConfig is how a function is invoked when nobody waits.
type InvokeConfig struct {
	*Resource
	Function      string // its name or ARN
	RetryAttempts Int
	OnFailure     string // ARN of what gets the record of a failure; empty for nothing
}

// InvokeConfigs returns the template's configurations of asynchronous
// invocations, with Lambda's own default of retries filled in.
func (t *Template) InvokeConfigs() ([]InvokeConfig, error) {
	var all []InvokeConfig
	for _, r := range t.Of("AWS::Lambda::EventInvokeConfig") {
		p := struct {
			FunctionName         string
			MaximumRetryAttempts Int
			DestinationConfig    struct{ OnFailure struct{ Destination string } }
		}{MaximumRetryAttempts: 2}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, InvokeConfig{Resource: r, Function: p.FunctionName, RetryAttempts: p.MaximumRetryAttempts, OnFailure: p.DestinationConfig.OnFailure.Destination})
	}
	return all, nil
}
