package stream

var (
	Split    = split
	CardJSON = cardJSON
)

const (
	MaxText        = maxText
	MaxAttempts    = maxAttempts
	MaxInteraction = maxInteraction
	StateTTL       = stateTTL
)
