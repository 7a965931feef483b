package local

import "github.com/larkbridge/larkbridge/lib/gateway"

// AppSecret is for tests that look for it where it must not be.
const AppSecret = appSecret

// Cards returns what answers clicks.
func (s *Server) Cards() gateway.Answerer { return s.gateway.Cards }
