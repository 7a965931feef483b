package send

import (
	"cmp"
	"context"
)

// groupKey is the key of a request's group in a context.
type groupKey struct{}

// withGroup returns a context that carries the group of a job.
func withGroup(ctx context.Context, j job) context.Context {
	group := j.id
	if j.req != nil {
		group = cmp.Or(j.req.CorrelationID, j.req.IdempotencyKey, j.id)
	}
	return context.WithValue(ctx, groupKey{}, group)
}

// Group returns what the request belongs to whose calls are made with ctx: its
// correlation id or, without one, its own id. It returns "" for any other context.
func Group(ctx context.Context) string {
	group, _ := ctx.Value(groupKey{}).(string)
	return group
}
