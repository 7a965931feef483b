// Package local is the whole of Larkbridge in one process, for a developer's
// machine: the doors, the bus and send, with memory for what AWS keeps.
//
// [Server] is the handler of it all, [Signer] plays Lark's part in posting to
// it, and [Echo] is the smallest downstream. [Approval] is the smallest that
// answers clicks, which the users of the stand-in make. What happens is told as
// [Step]s.
package local
