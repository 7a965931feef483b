// Package gateway is the door for what Lark posts: it takes an HTTP request,
// has it authenticated, and sees to it that each event is on the bus once.
//
// It is one for events and cards, whichever URL they come to. [Gateway.Lambda]
// serves API Gateway's payload 2.0, [Gateway.ServeHTTP] the local run.
package gateway
