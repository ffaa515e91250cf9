// Package portal checks what a portal says: which origins may frame its rooms,
// and the tokens by which its back end vouches for people.
package portal
