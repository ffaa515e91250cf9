package realtime

import (
	"log/slog"

	"parley/room"
)

// feed is how far one stream was written to a session.
type feed struct {
	state feedState
	run   int
	rev   room.Rev
}

type feedState uint8

const (
	feedOff     feedState = iota // not begun, or waiting for a join after resync
	feedJoining                  // behind the window is fine: the log is read
	feedLive                     // behind the window means too slow
)

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
		if err := s.conn.cork.frame(b.frame); err != nil {
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
	if err := s.conn.cork.flush(); err != nil {
		return err
	}
	epoch, known, run := c.head()
	rows, same, err := s.room.readOn(c, epoch, known, f.rev)
	if err == nil && (!same || run != f.run) {
		s.room.check.start(s.hub)
		return s.resync(c, f, last, whyEpoch)
	}
	bodies, contiguous := bodiesOf(rows, f.rev)
	if err != nil || !contiguous || len(rows) == 0 {
		s.hub.options.Log.Warn("a member cannot be brought up to date from the log", slog.String("room", string(s.room.id)),
			slog.String("stream", string(c.stream)), slog.Int64("after", int64(f.rev)), slog.Any("error", err))
		return s.resync(c, f, last, whyOverflow)
	}
	s.hub.metrics.logPages.Inc()
	batches := newBatches(c.stream, epoch, f.rev+1, bodies)
	f.rev = rows[len(rows)-1].Rev
	return s.writeBatches(batches)
}

// resync drops what the session has not read of a stream and tells it to join
// again, when it can.
func (s *session) resync(c *channel, f *feed, last room.Rev, why string) error {
	s.hub.metrics.resyncs.WithLabelValues(why).Inc()
	f.state = feedOff
	return s.conn.cork.frame(resyncFrame(c.stream, last, why))
}
