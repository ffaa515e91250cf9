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
}

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
