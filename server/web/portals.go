package web

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"parley/room"
	"parley/server/portal"
)

// PortalBody makes a portal.
type PortalBody struct {
	Name    string   `json:"name" minLength:"1" maxLength:"200"`
	Origins []string `json:"origins" nullable:"false" minItems:"1" maxItems:"20" doc:"whose pages may show rooms, as https://portal.acme.com or https://*.hubspot.com"`
}

// PortalChangeBody changes a portal.
type PortalChangeBody struct {
	PortalBody
	Paused *bool `json:"paused,omitempty" doc:"true: it shows no rooms and its tokens open nothing, until false; absent: as it is"`
}

// PortalView is a portal with its keys, without what is secret of them.
type PortalView struct {
	ID        room.PortalID   `json:"id" format:"uuid" doc:"the iss of its tokens"`
	Name      string          `json:"name"`
	Origins   []string        `json:"origins" nullable:"false"`
	CreatedAt time.Time       `json:"created_at"`
	PausedAt  *time.Time      `json:"paused_at" doc:"null: not paused"`
	Keys      []PortalKeyView `json:"keys" nullable:"false"`
}

// PortalKeyView is a key of a portal.
type PortalKeyView struct {
	ID         room.PortalKeyID `json:"id" format:"uuid" doc:"the kid of its tokens"`
	Kind       room.KeyKind     `json:"kind" enum:"EdDSA,HS256,api" doc:"the alg of its tokens; api: made for embed-tokens"`
	CreatedAt  time.Time        `json:"created_at"`
	LastUsedAt *time.Time       `json:"last_used_at" doc:"to the minute; null: never"`
	RevokedAt  *time.Time       `json:"revoked_at" doc:"null: not revoked"`
}

func portalView(p room.Portal) PortalView {
	v := PortalView{ID: p.ID, Name: p.Name, Origins: p.Origins, CreatedAt: p.Created, PausedAt: optional(p.Paused), Keys: []PortalKeyView{}}
	for _, k := range p.Keys {
		v.Keys = append(v.Keys, portalKeyView(k))
	}
	return v
}

func portalKeyView(k room.PortalKey) PortalKeyView {
	return PortalKeyView{ID: k.ID, Kind: k.Kind, CreatedAt: k.Created, LastUsedAt: optional(k.LastUsed), RevokedAt: optional(k.Revoked)}
}

// check puts a portal into the form that is kept.
func (b *PortalBody) check() error {
	if b.Name = strings.TrimSpace(b.Name); b.Name == "" {
		return room.FieldErrorf(room.Invalid, "name", "give the portal a name")
	}
	for i, typed := range b.Origins {
		origin, err := portal.ParseOrigin(typed)
		if err != nil {
			return err
		}
		b.Origins[i] = origin
	}
	slices.Sort(b.Origins)
	b.Origins = slices.Compact(b.Origins)
	return nil
}

type createPortalIn struct{ Body JSON[PortalBody] }

type portalOut struct{ Body PortalView }

func (s *server) createPortal(ctx context.Context, in *createPortalIn) (*portalOut, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	p, err := s.Store.CreatePortal(ctx, c.workspace, body.Name, body.Origins)
	if err != nil {
		return nil, err
	}
	s.auditPortal(ctx, c, p.ID, "portal made: "+p.Name)
	return &portalOut{Body: portalView(p)}, nil
}

// PortalList holds a workspace's portals, oldest first.
type PortalList struct {
	Portals []PortalView `json:"portals" nullable:"false"`
}

type listPortalsOut struct{ Body PortalList }

func (s *server) listPortals(ctx context.Context, _ *struct{}) (*listPortalsOut, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Store.Portals(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	out := PortalList{Portals: []PortalView{}}
	for _, p := range list {
		out.Portals = append(out.Portals, portalView(p))
	}
	return &listPortalsOut{Body: out}, nil
}

type changePortalIn struct {
	Portal string `path:"portal"`
	Body   JSON[PortalChangeBody]
}

// changePortal ends, within two seconds, the sockets in frames that the portal
// would not let in any more: it is paused, or names the page around no longer.
func (s *server) changePortal(ctx context.Context, in *changePortalIn) (*portalOut, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := body.check(); err != nil {
		return nil, err
	}
	change := room.PortalChange{Name: body.Name, Origins: body.Origins, Paused: body.Paused}
	p, rooms, err := s.Store.ChangePortal(ctx, c.workspace, room.PortalID(in.Portal), change)
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.auditPortal(ctx, c, p.ID, "portal changed: "+p.Name+pausedOrNot(body.Paused))
	return &portalOut{Body: portalView(p)}, nil
}

func pausedOrNot(paused *bool) string {
	switch {
	case paused == nil:
		return ""
	case *paused:
		return ", paused"
	}
	return ", resumed"
}

type removePortalIn struct {
	Portal string `path:"portal"`
}

// removePortal ends a portal, its keys and, within two seconds, its sockets.
func (s *server) removePortal(ctx context.Context, in *removePortalIn) (*struct{}, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.Store.RemovePortal(ctx, c.workspace, room.PortalID(in.Portal))
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.auditPortal(ctx, c, room.PortalID(in.Portal), "portal removed")
	return nil, nil
}

// PortalKeyBody gives a portal a key.
type PortalKeyBody struct {
	Kind      room.KeyKind `json:"kind" enum:"EdDSA,HS256" doc:"EdDSA: a key pair of which only the public half is kept; HS256: a secret that both know"`
	PublicKey string       `json:"public_key,omitempty" maxLength:"1000" doc:"with EdDSA: the portal's own Ed25519 public key as PEM; absent: a pair is made, and its private half shown this once"`
}

// CreatedPortalKey is a key with its secret, which is shown this once.
type CreatedPortalKey struct {
	PortalKeyView
	PrivateKey string `json:"private_key,omitempty" doc:"EdDSA without public_key: PEM, PKCS #8"`
	Secret     string `json:"secret,omitempty" doc:"HS256: base64url of 32 bytes; what signs is the decoded bytes"`
}

type createPortalKeyIn struct {
	Portal string `path:"portal"`
	Body   JSON[PortalKeyBody]
}

type createPortalKeyOut struct{ Body CreatedPortalKey }

func (s *server) createPortalKey(ctx context.Context, in *createPortalKeyIn) (*createPortalKeyOut, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	var out CreatedPortalKey
	material, err := out.make(body)
	if err != nil {
		return nil, err
	}
	key, err := s.Store.AddPortalKey(ctx, c.workspace, room.PortalID(in.Portal), body.Kind, material)
	if err != nil {
		return nil, hidden(err)
	}
	out.PortalKeyView = portalKeyView(key)
	s.auditPortal(ctx, c, room.PortalID(in.Portal), "portal key made: "+string(key.Kind))
	return &createPortalKeyOut{Body: out}, nil
}

// make returns what is kept of a new key, and notes what is not.
func (k *CreatedPortalKey) make(body PortalKeyBody) (material []byte, err error) {
	switch {
	case body.Kind == room.KeyEdDSA && body.PublicKey != "":
		return portal.ParsePublicKey(body.PublicKey)
	case body.Kind == room.KeyEdDSA:
		material, k.PrivateKey, err = portal.NewKeyPair()
		return material, err
	case body.PublicKey != "":
		return nil, room.FieldErrorf(room.Invalid, "public_key", "a secret has no public half; leave it out")
	}
	material = make([]byte, portal.SecretBytes)
	if _, err := rand.Read(material); err != nil {
		return nil, err
	}
	k.Secret = base64.RawURLEncoding.EncodeToString(material)
	return material, nil
}

type revokePortalKeyIn struct {
	Portal string `path:"portal"`
	Key    string `path:"key"`
}

// revokePortalKey ends a key and, within two seconds, the sockets it let in.
func (s *server) revokePortalKey(ctx context.Context, in *revokePortalKeyIn) (*struct{}, error) {
	c, err := s.managesPortals(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.Store.RevokePortalKey(ctx, c.workspace, room.PortalID(in.Portal), room.PortalKeyID(in.Key))
	s.recheck(ctx, rooms)
	if err != nil {
		return nil, hidden(err)
	}
	s.auditPortal(ctx, c, room.PortalID(in.Portal), "portal key revoked")
	return nil, nil
}
