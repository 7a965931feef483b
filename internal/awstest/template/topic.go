package template

// Subscription is what gets the messages of an SNS topic.
type Subscription struct {
	*Resource
	Topic       string // ARN
	Protocol    string
	Endpoint    string
	DeadLetters string // ARN; empty if it has no dead-letter queue
}

// Subscriptions returns the template's subscriptions. Its topics have nothing
// to read but their names: see [Template.Of].
func (t *Template) Subscriptions() ([]Subscription, error) {
	var all []Subscription
	for _, r := range t.Of("AWS::SNS::Subscription") {
		var p struct {
			TopicArn, Protocol, Endpoint string
			RedrivePolicy                struct{ DeadLetterTargetArn string }
		}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, Subscription{Resource: r, Topic: p.TopicArn, Protocol: p.Protocol, Endpoint: p.Endpoint, DeadLetters: p.RedrivePolicy.DeadLetterTargetArn})
	}
	return all, nil
}
