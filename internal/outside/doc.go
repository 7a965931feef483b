// Package outside tests what others get who do not work in this repository: a
// module that imports its packages, the installed command, and which package
// may import which.
package outside
