// Package store keeps what instances share: claims on events, tokens, app
// tickets and the apps' settings.
//
// Each store has two twins that pass one contract test: [Table] on DynamoDB
// and [Memory]; settings come from [SSM] or from a [Source] of one's own.
package store
