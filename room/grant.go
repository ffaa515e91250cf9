package room

import "time"

// Grant is what an authenticated caller may do in one room. It is a snapshot:
// the commit path checks session and participant again under the lock.
type Grant struct {
	Workspace WorkspaceID
	Room      ID
	Session   SessionID   // "" for the workspace's own key
	Link      LinkID      // "" when the session came from no link
	Account   AccountID   // "" unless it is that of somebody who is signed in
	Key       KeyID       // "" unless it is that of an API key that somebody made
	PortalKey PortalKeyID // "" unless a portal vouched for who it is
	Member    Member      // zero ID: a watcher, or the workspace itself
	Expires   time.Time   // zero: never
	At        time.Time   // when this was read; both times are by the store's clock
}

// Left is how long the grant lasted yet when it was read, negative when it was
// over; false for one without an end. A server counts it on from the moment of the
// answer: its own wall clock may be wrong.
func (g Grant) Left() (time.Duration, bool) { return g.Expires.Sub(g.At), !g.Expires.IsZero() }

// Watcher reports whether the caller has no name in the room: it may read the
// shared stream and is counted, not listed.
func (g Grant) Watcher() bool { return g.Member.ID == "" && g.Session != "" }

// Streams lists the streams the caller may read. A private stream is for named
// participants of its side and for the workspace's own key (its seller stream).
func (g Grant) Streams() []Stream {
	if g.Watcher() {
		return []Stream{Shared}
	}
	var out []Stream
	for _, s := range Streams {
		if g.Member.Side.Sees(s) {
			out = append(out, s)
		}
	}
	return out
}
