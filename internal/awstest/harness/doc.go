// Package harness lets tests and benchmarks drive the real bootstrap binaries
// without an AWS account.
//
// A [Function] is one execution environment: a process behind a Lambda Runtime
// API on the loopback interface. An [Emulator] is moto behind a [Proxy] that
// knows AWS calls one from another, counts them and makes them fail on demand.
// [Canned] stands in for AWS where only the time of the caller matters.
//
// It is test support: nothing that ships imports it.
package harness
