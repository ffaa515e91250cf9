package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"parley/room"
)

// keyPrefix is how an API key begins that somebody made; the one that the
// configuration names may be any word.
const keyPrefix = "parley_key_"

type scopeKey struct{}

// withScope says which scope a key needs for what is called.
func withScope(ctx context.Context, scope room.Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

// keyOf returns the API key that the caller shows. False when it shows none, an
// error when it is not valid, or lacks the scope that the call needs.
func (s *server) keyOf(ctx context.Context, c credentials) (room.APIKey, bool, error) {
	if s.configuredKey(c) {
		s.Store.Proven(ctx, s.Workspace)
		return room.APIKey{Workspace: s.Workspace, Name: "PARLEY_ADMIN_KEY", Scopes: room.Scopes}, true, nil
	}
	if !strings.HasPrefix(c.bearer, keyPrefix) {
		return room.APIKey{}, false, nil
	}
	key, err := s.Store.KeyByToken(ctx, c.bearer)
	if err != nil {
		return room.APIKey{}, false, err
	}
	scope, _ := ctx.Value(scopeKey{}).(room.Scope)
	if !key.May(scope) {
		s.audit(ctx, key.Workspace, room.AuditEvent{Action: room.ActDenied, Actor: keyActor(key), Detail: "without the scope " + string(scope)})
		if scope == "" {
			return room.APIKey{}, false, room.Errorf(room.Forbidden, "this is for people, not for API keys")
		}
		return room.APIKey{}, false, room.Errorf(room.Forbidden, "this API key lacks the scope %s", scope)
	}
	return key, true, nil
}

// configuredKey reports whether the caller holds the key that the configuration
// names. Hashing first makes the comparison take the same time for every length.
func (s *server) configuredKey(c credentials) bool {
	if s.AdminKey == "" || c.bearer == "" {
		return false
	}
	got, want := sha256.Sum256([]byte(c.bearer)), sha256.Sum256([]byte(s.AdminKey))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
