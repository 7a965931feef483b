package send

import (
	"cmp"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/send/request"
)

const (
	// DefaultTimeout is the longest that an invocation runs if nothing else is
	// said.
	DefaultTimeout = time.Minute
	// leaseMargin is how much longer than an invocation a claim holds.
	leaseMargin = 10 * time.Second
)

// timeout returns the longest that an invocation may run.
func (s *Sender) timeout() time.Duration { return cmp.Or(s.Timeout, DefaultTimeout) }

// claimLease returns how long a claim holds: longer than an invocation may run,
// so that nobody takes a request over while somebody may still carry it out.
func (s *Sender) claimLease() time.Duration { return s.timeout() + leaseMargin }

// checkTimeout returns an error if a request asks for more time than an
// invocation has.
func (s *Sender) checkTimeout(req *request.Request) error {
	if req.Request != nil && req.Request.Timeout > s.timeout().Seconds() {
		return fmt.Errorf(`field "request.timeout": want 0 to %.0f seconds, which is the stack's parameter SendTimeout`, s.timeout().Seconds())
	}
	return nil
}
