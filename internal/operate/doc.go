// Package operate is what the operator of a deployed stack does with it: give
// it apps, check it, and recover what failed.
//
// It works from outside, with the operator's own credentials. Whatever it
// prints holds no secret, and whatever it does may be done again.
package operate
