// Package web is the HTTP side of the server: the API under /api/v1, the pages
// that carry a plan, their assets, and what operators ask for.
//
// [New] builds the handler. routes.go is the API on one screen; each topic has
// its file of thin handlers. Every JSON call is described in the OpenAPI
// document at /api/openapi.json, which is made from the handlers' own types.
//
// Who is asking: Authorization: Bearer with a session token of a room or an API
// key, else a cookie: parley_session for a room, parley_account for somebody who
// is signed in to a workspace. See auth.go and workspace_auth.go; scopes.go says
// what a key needs for each call. What is not there, what is another
// room's and what was revoked get the same answer, byte for byte.
//
// The package starts no goroutine.
package web
