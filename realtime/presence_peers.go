package realtime

import (
	"encoding/json"
	"time"

	"parley/room"
)

// Servers tell each other who is with them: what changed, and everything when
// asked and now and then. Each is the only one that speaks for its visitors.

// presenceMessage is the JSON form of a messagePresence.
type presenceMessage struct {
	Full     bool          `json:"full,omitempty"` // whoever is not in Visitors is not here
	Visitors []peerVisitor `json:"visitors,omitempty"`
	Left     []string      `json:"left,omitempty"`
	More     crowdSize     `json:"more,omitzero"` // how many are there besides, always as of now
}

// crowdSize is how many visitors are counted and not listed.
type crowdSize struct {
	Named    int `json:"named,omitempty"`
	Watching int `json:"watching,omitempty"`
}

// peer is another server.
type peer struct {
	heard time.Time
	more  crowdSize
}

// told is what other servers know of this one's visitors.
type told struct {
	version  uint64 // of the newest change
	sessions map[string]bool
	more     crowdSize
}

type peerVisitor struct {
	Session     string        `json:"session"`
	Participant room.RecordID `json:"participant,omitempty"`
	Watcher     bool          `json:"watcher,omitempty"`
	Since       time.Time     `json:"since"`
	Name        string        `json:"name,omitempty"`
	Side        room.Side     `json:"side,omitempty"`
	Focus       focus         `json:"focus,omitzero"`
	FocusIn     int           `json:"focus_in,omitempty"`
	Editing     bool          `json:"editing,omitempty"`
	Draft       string        `json:"draft,omitempty"`
	View        string        `json:"view,omitempty"`
	Presenting  bool          `json:"presenting,omitempty"`
}

func (v *visitor) forPeers() peerVisitor {
	return peerVisitor{
		Session: v.session, Participant: v.participant, Watcher: v.watcher, Since: v.since,
		Name: v.state.name, Side: v.state.side, Focus: v.state.focus, FocusIn: v.focusIn,
		Editing: v.state.editing, Draft: v.state.draft, View: v.state.view, Presenting: v.state.presenting,
	}
}

// state returns what a peer's visitor shows.
func (v peerVisitor) state() visitorState {
	return visitorState{
		name: v.Name, side: v.Side, focus: v.Focus, editing: v.Editing,
		draft: v.Draft, view: v.View, presenting: v.Presenting,
	}
}

func (p *presence) message(m presenceMessage) []byte {
	body := mustJSON(m)
	return append(newMessage(messagePresence, p.room.hub.server, len(body)), body...)
}

// newsLocked returns what other servers are to be told, everything or what they
// do not know, and false when that is nothing. The caller holds telling.
func (p *presence) newsLocked(full bool) (m presenceMessage, news bool) {
	own, more := p.ownLocked()
	m = presenceMessage{Full: full, More: more}
	now := make(map[string]bool, len(own))
	for _, v := range own {
		now[v.session] = true
		if full || !p.told.sessions[v.session] || v.anywhere > p.told.version {
			m.Visitors = append(m.Visitors, v.forPeers())
		}
	}
	for session := range p.told.sessions {
		if !now[session] && !full {
			m.Left = append(m.Left, session)
		}
	}
	news = full || len(m.Visitors)+len(m.Left) > 0 || more != p.told.more
	p.told = told{version: p.version, sessions: now, more: more}
	return m, news
}

// ownLocked returns the visitors of this server that others are told of: all, or
// of a crowd those with a name who have been there longest (P26). More are the rest.
func (p *presence) ownLocked() (own []*visitor, more crowdSize) {
	for _, v := range p.visitors {
		if v.server == p.room.hub.server {
			own = append(own, v)
		}
	}
	if len(own) <= crowd {
		return own, crowdSize{}
	}
	own = own[:0]
	for _, v := range p.namedLocked() {
		switch {
		case v.server != p.room.hub.server:
		case len(own) < listedMembers:
			own = append(own, v)
		default:
			more.Named++
		}
	}
	for _, v := range p.visitors {
		if v.watcher && v.server == p.room.hub.server {
			more.Watching++
		}
	}
	return own, more
}

// unlistedLocked returns how many visitors other servers have besides those they tell of.
func (p *presence) unlistedLocked() (sum crowdSize) {
	for _, peer := range p.peers {
		sum.Named += peer.more.Named
		sum.Watching += peer.more.Watching
	}
	return sum
}

// query asks the other servers who is with them.
func (p *presence) query() {
	p.room.hub.publish(p.room.id, newMessage(messageQuery, p.room.hub.server, 0))
}

// answerQuery tells everything, and from now on now and then.
func (p *presence) answerQuery(server uint64) {
	p.mu.Lock()
	p.heardLocked(server)
	p.mu.Unlock()
	p.answer.start(p.room.hub)
}

func (p *presence) heardLocked(server uint64) *peer {
	if p.peers == nil {
		p.peers = map[uint64]*peer{}
	}
	from := p.peers[server]
	if from == nil {
		from = &peer{}
		p.peers[server] = from
	}
	from.heard = time.Now()
	return from
}

// countLocked takes how many visitors a server has besides those it tells of.
func (p *presence) countLocked(from *peer, more crowdSize) {
	if from.more == more {
		return
	}
	from.more = more
	p.version++
	p.counted = p.version
	p.relist = true
	p.flushSoonLocked()
}

func (p *presence) publishAll() {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	m, _ := p.newsLocked(true)
	p.mu.Unlock()
	p.room.hub.publish(p.room.id, p.message(m))
}

// heartbeat is called every peerEvery. It tells the other servers that this one
// is there.
func (p *presence) heartbeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.peers) > 0 {
		p.answer.start(p.room.hub)
	}
}

// forgetPeers is called every peerCheck. It removes the visitors of servers that
// were not heard of for peerTimeout. While the broker is down nobody can be
// heard, so nobody is forgotten: members of other servers stay as they were last seen.
func (p *presence) forgetPeers(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for server, from := range p.peers {
		switch {
		case down:
			from.heard = time.Now()
		case time.Since(from.heard) > peerTimeout:
			p.countLocked(from, crowdSize{})
			delete(p.peers, server)
			p.keepLocked(server, nil)
		}
	}
}

// keepLocked removes a server's visitors that are not in kept.
func (p *presence) keepLocked(server uint64, kept map[string]bool) {
	for _, v := range p.visitors {
		if v.server == server && !kept[v.session] {
			p.removeLocked(v)
			p.flushSoonLocked()
		}
	}
}

// receive takes another server's presenceMessage.
func (p *presence) receive(server uint64, body []byte) error {
	var m presenceMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.countLocked(p.heardLocked(server), m.More)
	kept := map[string]bool{}
	for _, theirs := range m.Visitors {
		kept[theirs.Session] = true
		p.receiveVisitorLocked(server, theirs)
	}
	for _, session := range m.Left {
		if v := p.visitors[session]; v != nil && v.server == server {
			p.removeLocked(v)
			p.flushSoonLocked()
		}
	}
	if m.Full {
		p.keepLocked(server, kept)
	}
	return nil
}

// receiveVisitorLocked takes a client that is with another server. While it has
// a socket here too, this server speaks for it.
func (p *presence) receiveVisitorLocked(server uint64, theirs peerVisitor) {
	v := p.visitors[theirs.Session]
	switch {
	case v == nil:
		v = &visitor{session: theirs.Session, participant: theirs.Participant, watcher: theirs.Watcher, since: theirs.Since}
		v.state = theirs.state()
		v.focusIn = max(0, min(theirs.FocusIn, len(room.Streams)-1))
		v.server = server
		p.addLocked(v)
		p.flushSoonLocked()
		return
	case v.sockets > 0:
		return
	case v.grace != nil: // it moved there within the grace
		v.grace.Stop()
		v.grace = nil
	}
	delete(p.told.sessions, v.session) // the other server speaks for it now
	v.server = server
	before := *v
	v.state = theirs.state()
	v.focusIn = max(0, min(theirs.FocusIn, len(room.Streams)-1))
	p.changedLocked(v, before)
}
