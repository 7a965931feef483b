// Package demo has the example applications of the local run: an echo, and an
// approval whose card changes at once or, for a slow approval, later. They use the
// bus, send and the card handler as an application on AWS would.
package demo
