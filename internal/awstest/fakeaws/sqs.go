package fakeaws

import "slices"

// Delay is a visibility time-out that a function has set for a message.
type Delay struct {
	QueueURL, Receipt string
	Seconds           int
}

// Delays returns the visibility time-outs that were set since the last Reset,
// in order.
func (a *AWS) Delays() []Delay {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.delays)
}

// maxVisibility is the longest that SQS hides a message for, counted from when
// it was received; so nothing of it is left for a function that was just handed
// the message.
const maxVisibility = 43200

func (a *AWS) changeMessageVisibility(body []byte) (any, *refusal) {
	in, refused := decode[struct {
		QueueUrl, ReceiptHandle string
		VisibilityTimeout       int
	}](body)
	if refused != nil {
		return nil, refused
	}
	if in.VisibilityTimeout < 0 || in.VisibilityTimeout >= maxVisibility {
		return nil, refuse("InvalidParameterValue", "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.delays = append(a.delays, Delay{in.QueueUrl, in.ReceiptHandle, in.VisibilityTimeout})
	return map[string]any{}, nil
}
