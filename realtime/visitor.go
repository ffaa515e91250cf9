package realtime

import (
	"time"

	"parley/room"
)

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

// departure is a visitor that left, or is not listed any more.
type departure struct {
	session string
	version uint64
	at      time.Time
	listed  bool // members here knew of it
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
	if p.room.hub.load.level.Load() >= shedPresence {
		p.room.hub.metrics.sheds.WithLabelValues("presence").Inc()
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
