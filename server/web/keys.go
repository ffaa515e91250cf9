package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/room"
)

// NewKeyBody asks for an API key.
type NewKeyBody struct {
	Name      string       `json:"name" minLength:"1" maxLength:"200" doc:"what it is for"`
	Scopes    []room.Scope `json:"scopes" minItems:"1" maxItems:"20" enum:"rooms:read,rooms:write,links:write,embed:write,members:write,settings:write,audit:read"`
	ExpiresAt *time.Time   `json:"expires_at,omitempty" doc:"absent: never"`
}

// KeyView is an API key, without its token.
type KeyView struct {
	ID         room.KeyID      `json:"id" format:"uuid"`
	Name       string          `json:"name"`
	Hint       string          `json:"hint" doc:"how the key begins"`
	Scopes     []room.Scope    `json:"scopes" nullable:"false"`
	By         *room.AccountID `json:"by" format:"uuid" doc:"who made it; null: another key"`
	CreatedAt  time.Time       `json:"created_at"`
	LastUsedAt *time.Time      `json:"last_used_at" doc:"to the minute; null: never"`
	ExpiresAt  *time.Time      `json:"expires_at" doc:"null: never"`
}

// CreatedKey is an API key with its token, which is shown this once.
type CreatedKey struct {
	KeyView
	Token string `json:"token"`
}

func keyView(k room.APIKey) KeyView {
	v := KeyView{ID: k.ID, Name: k.Name, Hint: k.Hint, Scopes: k.Scopes, CreatedAt: k.Created, LastUsedAt: optional(k.LastUsed), ExpiresAt: optional(k.Expires)}
	if k.By != "" {
		v.By = &k.By
	}
	return v
}

// KeyList holds a workspace's API keys, newest first.
type KeyList struct {
	Keys []KeyView `json:"keys" nullable:"false"`
}

type listKeysOut struct{ Body KeyList }

func (s *server) listKeys(ctx context.Context, _ *struct{}) (*listKeysOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	keys, err := s.Store.Keys(ctx, c.workspace)
	out := KeyList{Keys: []KeyView{}}
	for _, k := range keys {
		out.Keys = append(out.Keys, keyView(k))
	}
	return &listKeysOut{Body: out}, err
}

type createKeyIn struct{ Body JSON[NewKeyBody] }

type createKeyOut struct{ Body CreatedKey }

func (s *server) createKey(ctx context.Context, in *createKeyIn) (*createKeyOut, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	k := room.APIKey{Workspace: c.workspace, Name: strings.TrimSpace(body.Name), Scopes: slices.Compact(slices.Sorted(slices.Values(body.Scopes))), By: c.seat.Account}
	switch {
	case k.Name == "":
		return nil, room.FieldErrorf(room.Invalid, "name", "say what the key is for")
	case body.ExpiresAt != nil:
		k.Expires = body.ExpiresAt.UTC()
	}
	if err := s.checkEnd(ctx, body.ExpiresAt); err != nil {
		return nil, err
	}
	if lacking := c.lacks(k.Scopes); lacking != "" {
		return nil, room.FieldErrorf(room.Forbidden, "scopes", "a key gives no scope that it does not have: %s", lacking)
	}
	made, token, err := s.Store.CreateKey(ctx, k)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActKeyMade, Actor: c.actor(), Target: string(made.ID), Detail: made.Name + ": " + joined(made.Scopes)})
	return &createKeyOut{Body: CreatedKey{KeyView: keyView(made), Token: token}}, nil
}

// lacks returns the first of the scopes that the caller cannot give, "" for none.
func (c caller) lacks(scopes []room.Scope) room.Scope {
	for _, scope := range scopes {
		if c.seat.Account == "" && !c.key.May(scope) {
			return scope
		}
	}
	return ""
}

func joined(scopes []room.Scope) string {
	words := make([]string, len(scopes))
	for i, scope := range scopes {
		words[i] = string(scope)
	}
	return strings.Join(words, " ")
}

type revokeKeyIn struct {
	ID string `path:"id"`
}

func (s *server) revokeKey(ctx context.Context, in *revokeKeyIn) (*struct{}, error) {
	c, err := s.enterWorkspace(ctx, room.RoleAdmin)
	if err != nil {
		return nil, err
	}
	k, err := s.Store.RevokeKey(ctx, c.workspace, room.KeyID(in.ID))
	if err != nil {
		return nil, hidden(err)
	}
	s.audit(ctx, c.workspace, room.AuditEvent{Action: room.ActKeyRevoked, Actor: c.actor(), Target: in.ID, Detail: k.Name})
	return nil, nil
}
