package ask

import "context"

// Load reads a question for tests.
func (a *Asks) Load(ctx context.Context, app, id string) (*Question, error) {
	q, _, err := a.load(ctx, app, id)
	return q, err
}
