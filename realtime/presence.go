package realtime

import (
	"sync"
	"time"

	"parley/room"
)

// presence is who is in a room, on this server and on others. Sessions hold a
// version of it, as they hold a rev of a stream, and are written what changed
// since: a slow reader gets the newest state and nothing piles up for it.
type presence struct {
	room   *liveRoom
	answer repeated // to another server's query

	mu        sync.Mutex // guards the fields below
	visitors  map[string]*visitor
	departed  []departure // by version, kept for departureKept
	version   uint64      // of the newest change
	shown     uint64      // of the newest change that sessions are told of
	counted   uint64      // of the newest change to the number of watchers or members
	published uint64      // of the newest change of this server that others were told of
	relist    bool        // somebody came or went since the list was cut
	flushed   time.Time
	timer     *time.Timer // of the next flush; nil when none is due
	stopped   bool
	rendered  [len(room.Streams)]map[uint64][]byte // frames since a version, up to shown
	peers     map[uint64]time.Time                 // other servers, when last heard of
}

// visitor is one client's presence.
type visitor struct {
	session     string
	participant room.RecordID
	watcher     bool // counted, not listed
	since       time.Time
	home        int // the private stream it sees, or 0
	state       visitorState
	focusIn     int // the stream of what it is at; 0 is everybody's
	server      uint64
	sockets     int         // on this server
	grace       *time.Timer // removes it; nil while it has a socket

	listed   bool
	listedAt uint64
	changed  [len(room.Streams)]uint64 // as each audience sees it
	anywhere uint64                    // the newest of changed
}

// visitorState is what a visitor shows of itself.
type visitorState struct {
	name       string
	side       room.Side
	focus      focus
	editing    bool
	draft      string
	view       string
	presenting bool
}

type departure struct {
	session string
	version uint64
	at      time.Time
	local   bool
}

// departureKept is how long a departure is remembered. A session that has not
// been written to for writeTimeout is closed, so none is behind further.
const departureKept = 6 * writeTimeout

func (p *presence) init(r *liveRoom) {
	p.room = r
	p.visitors = map[string]*visitor{}
	p.answer.run = p.publishAll
}

// enter adds a session's socket.
func (p *presence) enter(s *session) {
	member := s.present()
	if member.ID == "" && s.login == "" {
		return // the workspace's own key is nobody
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.visitors[s.id]
	if v == nil {
		v = &visitor{session: s.id, participant: member.ID, watcher: member.ID == "", since: time.Now(), home: s.audience}
		v.state.name, v.state.side = member.Name, member.Side
		p.addLocked(v)
	}
	v.server = p.room.hub.server
	v.sockets++
	if v.grace != nil {
		v.grace.Stop()
		v.grace = nil
	}
	p.flushSoonLocked()
}

func (p *presence) addLocked(v *visitor) {
	p.visitors[v.session] = v
	p.version++
	p.counted = p.version
	p.touchLocked(v)
	if !v.watcher && len(p.visitors) <= crowd {
		v.listed, v.listedAt = true, p.version
	}
	p.relist = p.relist || !v.listed && !v.watcher
}

// touchLocked makes the present version the one that last changed v for all.
func (p *presence) touchLocked(v *visitor) {
	for i := range v.changed {
		v.changed[i] = p.version
	}
	v.anywhere = p.version
}

// leave takes a session's socket away. The visitor stays for leaveGrace.
func (p *presence) leave(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.visitors[s.id]
	if v == nil || v.server != p.room.hub.server {
		return
	}
	v.sockets--
	if v.sockets > 0 || p.stopped {
		return
	}
	v.grace = time.AfterFunc(leaveGrace, func() { p.expire(v) })
}

func (p *presence) expire(v *visitor) {
	if !p.room.hub.begin() {
		return
	}
	defer p.room.hub.running.Done()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visitors[v.session] != v || v.sockets > 0 || v.grace == nil {
		return
	}
	p.removeLocked(v)
	p.flushSoonLocked()
}

func (p *presence) removeLocked(v *visitor) {
	delete(p.visitors, v.session)
	p.version++
	p.counted = p.version
	p.departed = append(p.departed, departure{
		session: v.session, version: p.version, at: time.Now(), local: v.server == p.room.hub.server,
	})
	p.relist = true
}

// update takes what a session says about itself. The newest of several within
// presenceEvery is the one that others see.
func (p *presence) update(s *session, f presenceFrame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.visitors[s.id]
	if v == nil || v.watcher || v.sockets == 0 {
		return // a watcher shows nothing of itself
	}
	state := v.state
	state.focus, state.editing, state.draft = f.focus, f.editing, f.draft
	state.view, state.presenting = f.view, f.presenting
	p.setLocked(v, state)
}

// rename takes the participant's present name and side.
func (p *presence) rename(s *session) {
	member := s.present()
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.visitors[s.id]; v != nil && v.sockets > 0 {
		state := v.state
		state.name, state.side = member.Name, member.Side
		p.setLocked(v, state)
	}
}

// resolve looks again in which stream the records are that visitors of this
// server are at: those named, or all.
func (p *presence) resolve(ids []room.RecordID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.visitors {
		if v.sockets == 0 || v.state.focus == (focus{}) || v.home == 0 {
			continue
		}
		if ids == nil || contains(ids, v.state.focus.ID) {
			p.setLocked(v, v.state)
		}
	}
}

func contains(ids []room.RecordID, id room.RecordID) bool {
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}

// setLocked changes what v shows. An audience that sees no difference is not
// told that there was one: even the moment would give something away (I11).
func (p *presence) setLocked(v *visitor, state visitorState) {
	before := *v
	v.state = state
	v.focusIn = p.focusStreamLocked(v)
	p.changedLocked(v, before)
}

// changedLocked compares v with what it was, for each audience.
func (p *presence) changedLocked(v *visitor, before visitor) {
	next := p.version + 1
	for i := range v.changed {
		if v.seenBy(i) != before.seenBy(i) {
			v.changed[i] = next
			v.anywhere = next
		}
	}
	if v.anywhere == next {
		p.version = next
		p.flushSoonLocked()
	}
}

// focusStreamLocked returns whose eyes v's focus is for: everybody's only if
// the record is known to be in the shared stream.
func (p *presence) focusStreamLocked(v *visitor) int {
	at := v.state.focus
	if at == (focus{}) || v.home == 0 {
		return 0 // one who sees the shared stream only can point at nothing else
	}
	if at.Stream != "" && at.Stream != room.Shared {
		return streamIndex(at.Stream)
	}
	if field := room.SchemaOf(at.Entity).Field(at.Field); field != nil && field.Private != "" {
		return streamIndex(field.Private)
	}
	if shared, known := p.room.records.isShared(at.ID); known && shared {
		return 0
	}
	return v.home
}

// seenBy returns what an audience sees of v.
func (v *visitor) seenBy(audience int) visitorState {
	state := v.state
	if v.focusIn != 0 && v.focusIn != audience {
		state.focus, state.editing, state.draft = focus{}, false, ""
	}
	return state
}

// flushSoonLocked has the changes shown, presenceEvery after the last time or at once.
func (p *presence) flushSoonLocked() {
	if p.timer != nil || p.stopped {
		return
	}
	p.timer = time.AfterFunc(max(0, presenceEvery-time.Since(p.flushed)), p.flush)
}

// flush shows what changed to the members here and tells the other servers.
func (p *presence) flush() {
	if !p.room.hub.begin() {
		return
	}
	defer p.room.hub.running.Done()
	p.mu.Lock()
	p.timer = nil
	p.flushed = time.Now()
	p.cutListLocked()
	p.shown = p.version
	p.rendered = [len(room.Streams)]map[uint64][]byte{}
	message := p.deltaLocked()
	p.forgetDepartedLocked()
	p.mu.Unlock()
	for _, s := range p.room.members() {
		s.wake()
	}
	if message != nil {
		p.room.send(message)
	}
}

func (p *presence) forgetDepartedLocked() {
	n := 0
	for n < len(p.departed) && time.Since(p.departed[n].at) > departureKept {
		n++
	}
	p.departed = p.departed[n:]
}

// stop ends the timers; the room is being unloaded.
func (p *presence) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.timer != nil {
		p.timer.Stop()
	}
	for _, v := range p.visitors {
		if v.grace != nil {
			v.grace.Stop()
		}
	}
}
