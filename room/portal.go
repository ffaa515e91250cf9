package room

import "time"

// KeyKind says how a portal's back end vouches for people.
type KeyKind string

// The kinds of portal keys; the first two are the alg of the tokens they sign.
const (
	KeyEdDSA KeyKind = "EdDSA" // a key pair: the public half is kept
	KeyHS256 KeyKind = "HS256" // a secret that both know
	KeyAPI   KeyKind = "api"   // the workspace's API key asks for each token
)

// PortalMost is the most that a portal may let somebody do in a room: who
// manages a room and its links is the room's own affair.
const PortalMost = Editor

// Portal is a site that shows rooms of a workspace in frames.
type Portal struct {
	ID        PortalID
	Workspace WorkspaceID
	Name      string
	Origins   []string // whose pages may frame, as in https://portal.acme.com or https://*.hubspot.com
	Created   time.Time
	Paused    time.Time   // zero: not paused
	Keys      []PortalKey // oldest first, revoked ones too
}

// PortalChange is what a portal is to be.
type PortalChange struct {
	Name    string
	Origins []string
	Paused  *bool // nil: as it is
}

// PortalKey is a key of a portal, without what is secret of it.
type PortalKey struct {
	ID       PortalKeyID
	Kind     KeyKind
	Created  time.Time
	LastUsed time.Time // zero: never; kept to the minute
	Revoked  time.Time // zero: not revoked
}

// Voucher is a valid key of a portal, with what checks a token.
type Voucher struct {
	Workspace WorkspaceID
	Portal    PortalID
	Origins   []string
	Key       PortalKeyID
	Kind      KeyKind
	Material  []byte // a public key, a secret; nil for [KeyAPI]
}

// Vouched is what a portal says about who is in front of its page.
type Vouched struct {
	Subject string `json:"subject"` // the portal's own name for the person, the same every time
	Name    string `json:"name"`
	Email   string `json:"email,omitempty"`
	Side    Side   `json:"side"`   // NoSide only watches
	Access  Access `json:"access"` // at most PortalMost
	Room    ID     `json:"room"`
}

// Watching reports whether the person only watches: no name, no private stream.
func (v Vouched) Watching() bool { return v.Side == NoSide }

// Framed is who is in a frame, and where.
type Framed struct {
	Room        ID
	Participant RecordID // "" for a watcher
	Parent      string   // the origin of the page around
}

// Known is who a portal's person is in a room.
type Known struct {
	Participant RecordID
	Access      Access // what the portal asked for the last time
}
