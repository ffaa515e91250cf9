package room

import "time"

// Action names what an audit event is about.
type Action string

// The actions. Refusals are counted by hour and source, see [Action.Folded].
const (
	ActGranted         Action = "granted"        // somebody was let into a room
	ActDenied          Action = "denied"         // somebody was not
	ActCodeRequested   Action = "code.requested" // a code was mailed
	ActCodeFailed      Action = "code.failed"    // a wrong code or an old link
	ActSignIn          Action = "signin"
	ActIdentityLinked  Action = "identity.linked"  // an account is somebody at a provider from now on
	ActIdentityRefused Action = "identity.refused" // somebody else there has its address
	ActSignOut         Action = "signout"
	ActSessionEnded    Action = "session.ended" // by its owner, from another one
	ActMemberAdded     Action = "member.added"
	ActMemberChanged   Action = "member.changed"
	ActMemberRemoved   Action = "member.removed"
	ActKeyMade         Action = "key.made"
	ActKeyRevoked      Action = "key.revoked"
	ActLinkMade        Action = "link.made"
	ActLinkChanged     Action = "link.changed"
	ActLinkRevoked     Action = "link.revoked"
	ActRoomMade        Action = "room.made"
	ActCalendarMade    Action = "calendar.made"
	ActCalendarEnded   Action = "calendar.ended"
	ActSettings        Action = "settings.changed"
)

// Folded reports whether events of the action are counted, not listed one by
// one: anybody can cause as many of them as they like.
func (a Action) Folded() bool {
	switch a {
	case ActDenied, ActCodeRequested, ActCodeFailed, ActIdentityLinked, ActIdentityRefused:
		return true
	default:
		return false
	}
}

// ActorKind says what an actor is.
type ActorKind string

// The kinds of actors.
const (
	ActorAccount     ActorKind = "account"     // a member who is signed in
	ActorParticipant ActorKind = "participant" // a person of a room
	ActorKey         ActorKind = "key"         // an API key
	ActorVisitor     ActorKind = "visitor"     // nobody known
	ActorServer      ActorKind = "server"      // the server itself, at its start
)

// Actor is who caused an audit event.
type Actor struct {
	Kind ActorKind
	ID   string // an account's, a participant's or a key's; "" for none
	Name string // as it was then
}

// AuditEvent is one decision about access. It holds no token and no code.
type AuditEvent struct {
	ID        int64 // ascending; set by the store
	Workspace WorkspaceID
	At        time.Time // set by the store; of the newest, where several are counted
	Action    Action
	Actor     Actor
	Room      ID     // "" for none
	Target    string // the id of what it is about: a link, a member, a key; "" for none
	Detail    string // one plain phrase: a label, an address, what changed
	Source    string // the network address it came from, "" for none
	Times     int    // how often, at the least; set by the store
}
