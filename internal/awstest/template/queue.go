package template

// Queue is an SQS queue of the template.
type Queue struct {
	*Resource
	FIFO        bool
	Visibility  Int // seconds
	Retention   Int // seconds
	Encrypted   bool
	DeadLetters string // ARN of the dead-letter queue; empty if it has none
	MaxReceive  Int
}

// Queues returns the template's queues, with SQS's own defaults filled in.
func (t *Template) Queues() ([]Queue, error) {
	var all []Queue
	for _, r := range t.Of("AWS::SQS::Queue") {
		p := struct {
			FifoQueue, SqsManagedSseEnabled           Bool
			KmsMasterKeyID                            string `json:"KmsMasterKeyId"`
			VisibilityTimeout, MessageRetentionPeriod Int
			RedrivePolicy                             struct {
				DeadLetterTargetArn string
				MaxReceiveCount     Int
			}
		}{VisibilityTimeout: 30, MessageRetentionPeriod: 4 * 24 * 3600}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, Queue{
			Resource: r, FIFO: bool(p.FifoQueue), Visibility: p.VisibilityTimeout, Retention: p.MessageRetentionPeriod,
			Encrypted: bool(p.SqsManagedSseEnabled) || p.KmsMasterKeyID != "", DeadLetters: p.RedrivePolicy.DeadLetterTargetArn, MaxReceive: p.RedrivePolicy.MaxReceiveCount,
		})
	}
	return all, nil
}
