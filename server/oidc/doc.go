// Package oidc lets people sign in at a provider of OpenID Connect, such as the
// directory of their company: the code flow with PKCE, and an ID token that is
// believed only if everything about it is right. Who may come in, and as whom,
// is decided by the caller.
//
// A way to the provider and back is a trip. It hangs on one secret, which only
// the browser that began it has: state, nonce and the verifier of PKCE are
// derived from it, so that an answer is of use in that browser alone, and nobody
// keeps them meanwhile.
//
// The package starts no goroutine. go-oidc starts one for each fetch of keys,
// which ends with the fetch.
package oidc
