package realtime

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"parley/room"
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
	s.conn.cork.setCork()
	err = s.writeFeeds()
	if err == nil {
		err = s.writeItems(items)
	}
	last := len(items) > 0 && items[len(items)-1].close != 0
	if err == nil && s.welcomed && !last {
		err = s.writePresence()
	}
	if sent := s.conn.cork.uncork(); err == nil {
		err = sent
	}
	if err != nil {
		return err
	}
	s.answered(items)
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
		s.hub.metrics.panics.Inc()
		s.hub.options.Log.Error("a session panicked", slog.String("where", where),
			slog.String("room", string(s.room.id)), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
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
		if err := s.conn.write(it.frame); err != nil {
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
	return s.conn.write(frame)
}

// feedChunk is how many batches are taken from a channel at a time.
const feedChunk = 8

func (s *session) writeFeeds() error {
	for i := range s.feeds {
		if s.feeds[i].state == feedOff {
			continue
		}
		if err := s.writeFeed(s.room.channels[i], &s.feeds[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeFeed writes the stream from f on, up to where it stood at the start.
func (s *session) writeFeed(c *channel, f *feed) error {
	var chunk [feedChunk]*batch
	target := room.Rev(-1)
	for {
		n, last, from := c.next(f, chunk[:])
		if target < 0 {
			target = last
		}
		switch from {
		case caughtUp:
			f.state = feedLive
			return nil
		case inWindow:
			f.state = feedLive
			if err := s.writeBatches(chunk[:n]); err != nil {
				return err
			}
			if f.rev >= target {
				return nil
			}
		case inLog:
			if f.state == feedLive {
				return s.resync(c, f, last, whySlow)
			}
			s.lookAgain() // one page a turn, so that answers get through
			return s.writeLogPage(c, f, last)
		case tooFar:
			return s.resync(c, f, last, whySlow)
		case inPastRun:
			return s.resync(c, f, last, whyEpoch)
		}
	}
}

func (s *session) writeBatches(batches []*batch) error {
	bytes := 0
	for _, b := range batches {
		if err := s.conn.write(b.frame); err != nil {
			return err
		}
		bytes += len(b.frame)
	}
	s.hub.metrics.fanoutFrames.Add(float64(len(batches)))
	s.hub.metrics.fanoutBytes.Add(float64(bytes))
	return nil
}

// writeLogPage writes the next commits from the log. What the cork holds goes
// out first: it should not wait for the store.
func (s *session) writeLogPage(c *channel, f *feed, last room.Rev) error {
	if err := s.conn.cork.uncork(); err != nil {
		return err
	}
	s.conn.cork.setCork()
	epoch, _, run := c.head()
	rows, err := s.hub.readLog(s.room.id, c.stream, f.rev, logPage)
	bodies, contiguous := bodiesOf(rows, f.rev)
	if err != nil || !contiguous || len(rows) == 0 || run != f.run {
		s.hub.options.Log.Warn("a member cannot be brought up to date from the log", slog.String("room", string(s.room.id)),
			slog.String("stream", string(c.stream)), slog.Int64("after", int64(f.rev)), slog.Any("error", err))
		return s.resync(c, f, last, whyOverflow)
	}
	s.hub.metrics.joins.WithLabelValues("log").Inc()
	batches := newBatches(c.stream, epoch, f.rev+1, bodies)
	f.rev = rows[len(rows)-1].Rev
	return s.writeBatches(batches)
}

// resync drops what the session has not read of a stream and tells it to join
// again, when it can.
func (s *session) resync(c *channel, f *feed, last room.Rev, why string) error {
	s.hub.metrics.resyncs.WithLabelValues(why).Inc()
	f.state = feedOff
	return s.conn.write(resyncFrame(c.stream, last, why))
}
