package realtime

import (
	"errors"
	"fmt"
	"os"
)

// drain writes until there is nothing left. The last drain of a session ends
// its part in it.
func (s *session) drain() {
	for s.state.CompareAndSwap(again, writing) {
		if err := s.flush(); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				// A close frame would wait behind the bytes that are stuck: the
				// peer sees the connection break (P34).
				s.hub.metrics.closes.WithLabelValues("blocked").Inc()
			}
			s.end()
		}
		if s.state.CompareAndSwap(writing, idle) {
			return
		}
	}
	s.partDone()
}

// flush writes what there is: first the commits that were there before the
// items were taken, then the items, then presence. So an ack comes behind the
// commit it is about (P17).
func (s *session) flush() (err error) {
	defer s.recovered("drain", &err)
	items := s.take()
	s.answered(items) // before they are written: who reads one may send the next op at once
	err = s.writeFeeds()
	if err == nil {
		err = s.writeItems(items)
	}
	last := len(items) > 0 && items[len(items)-1].close != 0
	if err == nil && s.welcomed && !last {
		err = s.writePresence()
	}
	if err == nil {
		err = s.conn.cork.flush()
	}
	if err != nil {
		return err
	}
	if last {
		it := items[len(items)-1]
		s.conn.close(it.close, it.reason)
		return errClosed
	}
	return nil
}

// recovered turns a panic into an error that ends this session and no other (P5).
func (s *session) recovered(where string, err *error) {
	if p := recover(); p != nil {
		s.hub.reportPanic(where, s.room.id, p)
		*err = fmt.Errorf("panic in %s: %v", where, p)
	}
}

func (s *session) take() []item {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.control
	s.control = nil
	if s.taken != nil {
		close(s.taken)
		s.taken = nil
	}
	return items
}

// awaitTaken holds the reader while a client does not read its answers: it is
// not read from either. The drain goes on or, blocked, ends the session.
func (s *session) awaitTaken() {
	s.mu.Lock()
	if len(s.control) < controlLimit/2 || s.state.Load() == ended {
		s.mu.Unlock()
		return
	}
	if s.taken == nil {
		s.taken = make(chan struct{})
	}
	taken := s.taken
	s.mu.Unlock()
	<-taken
}

// answered gives back the op window's places of the answers among items.
func (s *session) answered(items []item) {
	n := 0
	for i := range items {
		if items[i].answer {
			n++
		}
	}
	if n == 0 {
		return
	}
	s.mu.Lock()
	s.open -= n
	s.mu.Unlock()
}

func (s *session) writeItems(items []item) error {
	for _, it := range items {
		if err := s.conn.cork.frame(it.frame); err != nil {
			return err
		}
		for _, at := range it.starts {
			s.feeds[at.stream] = feed{state: feedJoining, run: at.run, rev: at.rev}
		}
		if it.starts != nil {
			s.welcomed = true
			s.lookAgain()
		}
	}
	return nil
}

// lookAgain makes the running drain go round once more.
func (s *session) lookAgain() { s.state.CompareAndSwap(writing, again) }

func (s *session) writePresence() error {
	frame, version := s.room.presence.since(s.audience, s.presence)
	if s.presence = version; frame == nil {
		return nil
	}
	return s.conn.cork.frame(frame)
}
