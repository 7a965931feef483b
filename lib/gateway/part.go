package gateway

import "time"

// part is how long a part of a visit took.
type part struct {
	time.Duration
	done bool // it took place
}

// took adds the time since start to a part.
func (v *visit) took(p *part, start time.Time) {
	p.Duration += v.gateway.Now().Sub(start)
	p.done = true
}

// parts are the durations of those parts that took place, for the log. The
// settings are a part only when they took long enough to have been read: they
// are asked for each time, and mostly known.
func (v *visit) parts() []any {
	settings := part{v.settings.Duration, v.settings.Milliseconds() > 0}
	var args []any
	for _, p := range []struct {
		name string
		part
	}{
		{"settings_ms", settings}, {"claim_ms", v.claiming}, {"publish_ms", v.publishing},
		{"handler_ms", v.handling}, {"mark_ms", v.marking},
	} {
		if p.done {
			args = append(args, p.name, p.Milliseconds())
		}
	}
	return args
}
