package template

// EventSource makes a function take from a queue.
type EventSource struct {
	*Resource
	Queue          string // ARN
	Function       string // its name or ARN
	BatchSize      Int
	PartialBatches bool
}

// EventSources returns the template's event source mappings.
func (t *Template) EventSources() ([]EventSource, error) {
	var all []EventSource
	for _, r := range t.Of("AWS::Lambda::EventSourceMapping") {
		var p struct {
			EventSourceArn, FunctionName string
			BatchSize                    Int
			FunctionResponseTypes        List
			Enabled                      *Bool
		}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		if p.Enabled != nil && !*p.Enabled {
			continue
		}
		if p.BatchSize == 0 {
			p.BatchSize = 10 // Lambda's own default
		}
		all = append(all, EventSource{
			Resource: r, Queue: p.EventSourceArn, Function: p.FunctionName, BatchSize: p.BatchSize,
			PartialBatches: len(p.FunctionResponseTypes) == 1 && p.FunctionResponseTypes[0] == "ReportBatchItemFailures",
		})
	}
	return all, nil
}
