package realtime

import "errors"

// A commit goes to all members of its room. Most sockets take it at once, and a
// goroutine for each would cost half as much as the write: so a goroutine writes
// to a share of the members in turn, and a member whose socket is full, or who is
// to get more than commits, has its own to wait with.

// shareSize is how many members one goroutine writes to: few enough that the
// last of them waits for a fraction of a millisecond.
const shareSize = 16

// shares wakes sessions. It takes no lock and does not block; write ends it.
type shares struct{ next []*session }

func (w *shares) wake(s *session) {
	if !s.rouse() {
		return
	}
	if w.next == nil {
		w.next = make([]*session, 0, shareSize)
	}
	if w.next = append(w.next, s); len(w.next) == shareSize {
		w.write()
	}
}

func (w *shares) write() {
	if len(w.next) == 0 {
		return
	}
	go drainShare(w.next)
	w.next = nil
}

func drainShare(share []*session) {
	for _, s := range share {
		if !s.drainAtOnce() {
			go s.drain()
		}
	}
}

// drainAtOnce writes the commits of the window if nothing else is to be written,
// and reports whether nothing is left to do; otherwise the caller owes the session
// a drain.
func (s *session) drainAtOnce() bool {
	if !s.state.CompareAndSwap(again, writing) {
		return false
	}
	if !s.unhindered() { // seen while writing: what comes later says again
		s.lookAgain()
		return false
	}
	switch err := s.flushCommits(); {
	case errors.Is(err, errFull): // the drain sends the rest, and whatever came since
		s.lookAgain()
		return false
	case err != nil:
		s.end()
		return false
	}
	return s.state.CompareAndSwap(writing, idle)
}

// unhindered reports whether what is to be written is commits of the window
// alone: answers may close, and the log is a read of the store.
func (s *session) unhindered() bool {
	if s.conn.cork.raw == nil || !s.welcomed {
		return false
	}
	for i := range s.feeds {
		if s.feeds[i].state == feedJoining {
			return false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.control) == 0
}

// flushCommits is flush without items and without waiting for the socket.
func (s *session) flushCommits() (err error) {
	defer s.recovered("share", &err)
	s.conn.cork.setHurry(true)
	defer s.conn.cork.setHurry(false)
	if err := s.writeFeeds(); err != nil {
		return err
	}
	if err := s.writePresence(); err != nil {
		return err
	}
	return s.conn.cork.flush()
}
