// Package lark is the protocol of the Lark/Feishu open platform: it
// authenticates and decodes what the platform sends, and calls its API.
//
// It knows nothing of AWS. Protocol facts are cited by the page of the
// platform's documentation they come from, as a path such as
// "event-subscription-guide/event-subscriptions".
package lark
