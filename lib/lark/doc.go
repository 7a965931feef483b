// Package lark is the protocol of the Lark (Feishu) open platform. It
// authenticates and decodes what the platform posts ([App.Receive], [Handler]) and
// calls the platform's API ([Client]). It needs no AWS package. A path in a comment,
// such as im-v1/message/create, is the page of the platform's server documentation
// that is the source of a rule.
package lark
