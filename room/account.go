package room

import (
	"slices"
	"strings"
	"time"
)

// Role is what a member may do in a workspace.
type Role string

// The roles. Owners and admins enter every room as its owner; a member owns the
// rooms they founded and edits the others.
const (
	RoleOwner  Role = "owner"  // and makes owners
	RoleAdmin  Role = "admin"  // and manages members, keys and settings
	RoleMember Role = "member" // makes rooms and works in them
)

// AtLeast reports whether r may do what least may.
func (r Role) AtLeast(least Role) bool {
	order := []Role{RoleMember, RoleAdmin, RoleOwner}
	return slices.Index(order, r) >= slices.Index(order, least)
}

// AccessIn returns the access of somebody with the role in a room that they
// founded, or that somebody else did.
func (r Role) AccessIn(founder bool) Access {
	if founder || r.AtLeast(RoleAdmin) {
		return Owner
	}
	return Editor
}

// Seat is somebody who is signed in to a workspace. It is a snapshot, as a
// [Grant] is.
type Seat struct {
	Workspace WorkspaceID
	Session   AccountSessionID
	Account   AccountID
	Email     string
	Name      string // "" when they have not said
	Role      Role
	Expires   time.Time
}

// Called returns the name others see: the own one, or what stands before the @.
func (s Seat) Called() string { return called(s.Name, s.Email) }

func called(name, email string) string {
	if name != "" {
		return name
	}
	local, _, _ := strings.Cut(email, "@")
	return local
}

// SignIn is somebody who has shown that an address is theirs.
type SignIn struct {
	Email     string      // in lower case
	Name      string      // taken where the account has none yet, "" for not known
	Agent     string      // what the browser says it is
	Workspace WorkspaceID // the one they come for, "" for the one they were in last
	Signup    bool        // who is a member of none gets a workspace of their own
}

// Identity is who somebody is at a provider of OpenID Connect. Their address may
// change there, and be somebody else's one day; this does not.
type Identity struct {
	Issuer  string
	Subject string
}

// WorkspaceMember is one line of a workspace's list of members.
type WorkspaceMember struct {
	Account  AccountID
	Email    string
	Name     string
	Role     Role
	Added    time.Time
	SignedIn time.Time // zero: not yet
}

// Called returns the name others see.
func (m WorkspaceMember) Called() string { return called(m.Name, m.Email) }

// Workspace is a selling company.
type Workspace struct {
	ID   WorkspaceID
	Name string
}

// AccountSession is one browser in which an account is signed in.
type AccountSession struct {
	ID        AccountSessionID
	Workspace WorkspaceID
	Agent     string // what the browser says it is
	Created   time.Time
	LastUsed  time.Time // kept to the minute
	Expires   time.Time
}

// Ticket is one asking for a way in: by its link, or by it and its code.
type Ticket struct {
	Token string // for the browser that asked
	Link  string // for the mail
	Code  string // for the mail: six digits
	Known bool   // there is somebody to mail it to
}

// Seated is who an account is in a room.
type Seated struct {
	Room        ID
	Participant RecordID
	Founder     bool // they made the room
}

// Scope is a part of what an API key may do.
type Scope string

// The scopes of API keys.
const (
	ScopeRoomsRead     Scope = "rooms:read"
	ScopeRoomsWrite    Scope = "rooms:write"
	ScopeLinksWrite    Scope = "links:write"
	ScopeEmbedWrite    Scope = "embed:write"
	ScopeMembersWrite  Scope = "members:write"
	ScopeSettingsWrite Scope = "settings:write"
	ScopeAuditRead     Scope = "audit:read"
)

// Scopes lists them all.
var Scopes = []Scope{
	ScopeRoomsRead, ScopeRoomsWrite, ScopeLinksWrite, ScopeEmbedWrite, ScopeMembersWrite, ScopeSettingsWrite, ScopeAuditRead,
}

// APIKey is an API key, without its token.
type APIKey struct {
	ID        KeyID // "" for the one that the configuration names
	Workspace WorkspaceID
	Name      string
	Hint      string // its first letters
	Scopes    []Scope
	By        AccountID // "" when another key made it
	Created   time.Time
	LastUsed  time.Time // zero: never; kept to the minute
	Expires   time.Time // zero: never
	Revoked   time.Time // zero: not revoked
}

// May reports whether the key has a scope.
func (k APIKey) May(s Scope) bool { return slices.Contains(k.Scopes, s) }
