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

	// telling is held while something for other servers is put together and handed
	// to the broker: what was put together first is to arrive first.
	telling sync.Mutex

	mu       sync.Mutex // guards the fields below
	visitors map[string]*visitor
	departed []departure // by version, kept for departureKept
	version  uint64      // of the newest change
	shown    uint64      // of the newest change that sessions are told of
	counted  uint64      // of the newest change to the number of watchers or members
	told     told        // what other servers were told of this one's visitors
	relist   bool        // somebody came or went since the list was cut
	flushed  time.Time
	timer    *time.Timer // of the next flush; nil when none is due
	stopped  bool
	rendered [len(room.Streams)]map[uint64][]byte // frames since a version, up to shown
	peers    map[uint64]*peer                     // other servers
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
	} else if v.sockets == 0 {
		p.comeBackLocked(v, s, member)
	}
	v.server = p.room.hub.server
	v.sockets++
	if v.grace != nil {
		v.grace.Stop()
		v.grace = nil
	}
	p.flushSoonLocked()
}

// comeBackLocked takes a visitor that was known from another server, or had left
// a moment ago. What it sees now may differ from then, so what it was at is
// dropped: its client says anew where it is, and that is judged by what it is now.
func (p *presence) comeBackLocked(v *visitor, s *session, member room.Member) {
	before := *v
	v.participant, v.watcher, v.home = member.ID, member.ID == "", s.audience
	v.state.name, v.state.side = member.Name, member.Side
	v.state.focus, v.state.editing, v.state.draft, v.focusIn = focus{}, false, "", 0
	p.changedLocked(v, before)
}

func (p *presence) addLocked(v *visitor) {
	p.visitors[v.session] = v
	p.version++
	p.counted = p.version
	p.touchLocked(v)
	if more := p.unlistedLocked(); !v.watcher && len(p.visitors)+more.Named <= crowd {
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
	defer p.room.hub.survive("presence", p.room.id)
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
		session: v.session, version: p.version, at: time.Now(),
		listed: v.listed,
	})
	p.relist = true
}

// flushSoonLocked has the changes shown, everyLocked after the last time or at once.
func (p *presence) flushSoonLocked() {
	if p.timer != nil || p.stopped {
		return
	}
	p.timer = time.AfterFunc(max(0, p.everyLocked()-time.Since(p.flushed)), p.flush)
}

// everyLocked is the time between two presence frames. In a crowd somebody comes
// or goes all the time, and to tell everybody of each would cost as many frames
// as members times members: each member adds a little to it.
func (p *presence) everyLocked() time.Duration {
	crowded := min(presenceEveryShed, time.Duration(len(p.visitors))*presencePerVisitor)
	return max(p.room.hub.load.presenceEvery(), crowded)
}

// flush shows what changed to the members here and tells the other servers.
func (p *presence) flush() {
	if !p.room.hub.begin() {
		return
	}
	defer p.room.hub.running.Done()
	defer p.room.hub.survive("presence", p.room.id)
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	p.timer = nil
	p.flushed = time.Now()
	p.cutListLocked()
	p.shown = p.version
	p.rendered = [len(room.Streams)]map[uint64][]byte{}
	message, news := p.newsLocked(false)
	p.forgetDepartedLocked()
	p.mu.Unlock()
	for _, s := range p.room.members() {
		s.wake()
	}
	if news {
		p.room.hub.publish(p.room.id, p.message(message))
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
