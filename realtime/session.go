package realtime

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"parley/room"
)

// session is one socket after its hello. A reader goroutine lives as long as it
// does; a drain goroutine only while there is something to write. Commits are
// not queued for it: it has a position in each of its channels.
type session struct {
	hub    *Hub
	room   *liveRoom
	conn   *conn
	client room.ClientID
	login  room.SessionID
	id     string // as others see it; the same after a reconnect of this client
	// audience says whose private things it may see: an index of [room.Streams].
	audience int
	streams  [len(room.Streams)]bool
	watches  bool // has no name in the room, and never gets one

	state atomic.Int32 // of the drain: idle, again, writing or ended
	parts atomic.Int32 // of reader and drain, those that have not ended

	mu      sync.Mutex // guards the fields below
	member  room.Member
	expiry  *time.Timer // nil when the session never expires
	past    bool        // no expiry is set any more
	control []item      // what is to be written besides commits, in order
	closing bool        // the last item closes; nothing follows it
	open    int         // ops taken and not answered
	// taken is closed when control is taken; nil while nobody waits for that.
	taken chan struct{}
	// held is the seq that must come next in a stream after a busy, 0 for any.
	held    [len(room.Streams)]int64
	came    [len(room.Streams)]int64      // the held seq that has come and has no answer yet, 0 for none
	joins   [len(room.Streams)]*joinFrame // asked for
	joining bool                          // joinLoop runs
	onEnded []func()                      // called once reader and drain are done …
	gone    bool                          // … which they are

	allowance allowance // owned by the reader

	// Owned by the drain.
	feeds    [len(room.Streams)]feed
	welcomed bool
	presence uint64 // the version of the room's presence that it has
}

// item is one entry of a session's control queue.
type item struct {
	frame  []byte
	starts []start // feeds that go on once frame is written
	answer bool    // frame answers an op
	close  websocket.StatusCode
	reason string
}

// start is where a feed goes on.
type start struct {
	stream int // index of room.Streams
	run    int
	rev    room.Rev
}

// The states of a drain.
const (
	unborn  int32 = iota // the welcome is not ready; nothing is written
	idle                 // nothing to write
	again                // there may be something to write
	writing              // and nothing new since it began to look
	ended
)

// wake makes sure that a drain looks at everything there is to write. It takes
// no lock and does not block.
func (s *session) wake() {
	if s.rouse() {
		go s.drain()
	}
}

// rouse has the running drain look again, or reports that there is none: the
// caller owes the session one.
func (s *session) rouse() bool {
	for {
		switch s.state.Load() {
		case idle:
			if s.state.CompareAndSwap(idle, again) {
				return true
			}
		case writing:
			if s.state.CompareAndSwap(writing, again) {
				return false
			}
		default: // unborn, again, ended
			return false
		}
	}
}

// send queues an item. The reader waits in [session.awaitTaken] long before the
// limit, so only answers that come from elsewhere could reach it.
func (s *session) send(it item) {
	s.mu.Lock()
	switch {
	case s.closing:
		s.mu.Unlock()
		return
	case len(s.control) >= controlLimit:
		s.mu.Unlock()
		s.hub.metrics.closes.WithLabelValues("slow").Inc()
		s.end()
		return
	}
	s.closing = it.close != 0
	s.control = append(s.control, it)
	s.mu.Unlock()
	s.wake()
}

func (s *session) sendFrame(frame []byte) { s.send(item{frame: frame}) }

// bye says why the session ends and ends it.
func (s *session) bye(why string, retryMS int, code websocket.StatusCode) {
	s.hub.metrics.closes.WithLabelValues(why).Inc()
	s.send(item{frame: byeFrame(why, retryMS), close: code, reason: why})
}

// fail tells of a malformed or unacceptable frame and ends the session.
func (s *session) fail(f fault, code websocket.StatusCode) {
	s.hub.metrics.closes.WithLabelValues(f.Code).Inc()
	f.Fatal = true
	s.send(item{frame: errorFrame(f), close: code, reason: f.Code})
}

// end closes the connection at once; reader and drain notice and stop.
func (s *session) end() {
	old := s.state.Swap(ended)
	if old == ended {
		return
	}
	s.take() // the reader may wait for that
	s.room.leave(s)
	s.expireNoMore()
	_ = s.conn.cork.Conn.Close() // the reader closes the rest
	if old == idle || old == unborn {
		s.partDone() // no drain will come to do it
	}
}

// partDone is called once each by reader and drain; the later one lets go of
// the room.
func (s *session) partDone() {
	if s.parts.Add(-1) > 0 {
		return
	}
	s.over()
	s.hub.metrics.sockets.Dec()
	s.hub.running.Done()
}

// over lets go of the room.
func (s *session) over() {
	s.mu.Lock()
	onEnded := s.onEnded
	s.onEnded, s.gone = nil, true
	s.mu.Unlock()
	for _, f := range onEnded {
		f()
	}
	s.hub.release(s.room)
}

// onEnd calls f when the session is over, at once if it is.
func (s *session) onEnd(f func()) {
	s.mu.Lock()
	gone := s.gone
	if !gone {
		s.onEnded = append(s.onEnded, f)
	}
	s.mu.Unlock()
	if gone {
		f()
	}
}

// present returns the member that the session speaks for at present.
func (s *session) present() room.Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.member
}

// watcher reports whether the session has no name in the room.
func (s *session) watcher() bool {
	return s.login != "" && s.present().ID == ""
}

// revs returns where the session's streams stand.
func (s *session) revs() []streamRev {
	out := make([]streamRev, 0, len(room.Streams))
	for i, reads := range s.streams {
		if reads {
			_, last, _ := s.room.channels[i].head()
			out = append(out, streamRev{stream: room.Streams[i], rev: last})
		}
	}
	return out
}
