package realtime

import (
	"bytes"
	"encoding/json"
	"sync"

	"parley/room"
)

// channel is one stream of a loaded room: the newest commits and the sessions
// that follow them. It is the one place that decides what comes next: commits
// of this server's writer, from the broker and from the log all pass through
// [channel.add], in any order and more than once.
type channel struct {
	stream room.Stream

	mu      sync.Mutex // guards the fields below
	epoch   room.Epoch
	last    room.Rev // the newest commit, in the window or before it
	run     int      // counts restarts; a session that follows another run is stale
	window  window
	early   map[room.Rev]*batch // by from: they wait for the hole before them
	members map[*session]struct{}
	// watchers are the followers who only watch; a large audience is paced, which
	// pace asks for.
	watchers map[*session]struct{}
	pace     func()
	// added is told of every batch, in order, before the members are woken. It
	// must not call back.
	added func(room.Stream, *batch)
}

// outcome is what [channel.add] made of a batch.
type outcome int

const (
	appended   outcome = iota // in the window, members woken
	duplicate                 // all of it was there already
	hole                      // commits before it are missing; it is kept for later
	otherEpoch                // it belongs to another run of revs
	forked                    // it says otherwise than what is here: the log went back in time
)

// add takes a batch in by the rule rev == last + 1 (P29) and returns what became
// part of the stream by it, batches that had waited included.
func (c *channel) add(epoch room.Epoch, b *batch) ([]*batch, outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case epoch != c.epoch:
		return nil, otherEpoch
	case b.from <= c.last && c.contradictsLocked(b):
		return nil, forked
	case b.to <= c.last:
		return nil, duplicate
	case b.from > c.last+1:
		if len(c.early) < earlyLimit {
			if c.early == nil {
				c.early = map[room.Rev]*batch{}
			}
			c.early[b.from] = b
		} // else it is read from the log with the rest
		return nil, hole
	}
	added := c.appendLocked(nil, b)
	for b, ok := c.takeEarlyLocked(); ok; b, ok = c.takeEarlyLocked() {
		added = c.appendLocked(added, b)
	}
	c.wakeLocked()
	return added, appended
}

// wakeLocked has everybody written to: first who works on the plan, so that their
// answers, which come behind, do not wait for an audience.
func (c *channel) wakeLocked() {
	var woken shares
	for s := range c.members {
		woken.wake(s)
	}
	woken.write()
	if len(c.watchers) > smallAudience {
		c.pace()
		return
	}
	for s := range c.watchers {
		if s.hub.putOff() {
			break
		}
		woken.wake(s)
	}
	woken.write()
}

// contradictsLocked reports whether the newest rev that b shares with the window
// has other bytes here, which a rev never has (I15).
func (c *channel) contradictsLocked(b *batch) bool {
	rev := min(b.to, c.last)
	if rev <= c.window.base(c.last) {
		return false
	}
	own := c.window.batches[c.window.at(rev-1)]
	return !bytes.Equal(own.body(int(rev-own.from)), b.body(int(rev-b.from)))
}

func (c *channel) appendLocked(added []*batch, b *batch) []*batch {
	b = b.after(c.stream, c.epoch, c.last)
	c.window.push(b)
	c.last = b.to
	c.added(c.stream, b)
	return append(added, b)
}

// takeEarlyLocked returns a waiting batch that follows the newest commit, and
// forgets those that became duplicates.
func (c *channel) takeEarlyLocked() (*batch, bool) {
	for from, b := range c.early {
		if from > c.last+1 {
			continue
		}
		delete(c.early, from)
		if b.to > c.last {
			return b, true
		}
	}
	if len(c.early) == 0 {
		c.early = nil
	}
	return nil, false
}

// restart begins another run of revs at head: what members hold may not be what
// the room has, so they are told to join again.
func (c *channel) restart(epoch room.Epoch, last room.Rev) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch, c.last = epoch, last
	c.run++
	c.window = window{}
	c.early = nil
	for s := range c.members {
		s.wake()
	}
	for s := range c.watchers {
		s.wake()
	}
}

func (c *channel) join(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members == nil {
		c.members, c.watchers = map[*session]struct{}{}, map[*session]struct{}{}
	}
	if s.watches {
		c.watchers[s] = struct{}{}
	} else {
		c.members[s] = struct{}{}
	}
}

func (c *channel) leave(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.members, s)
	delete(c.watchers, s)
}

// head returns where the stream stands.
func (c *channel) head() (epoch room.Epoch, last room.Rev, run int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch, c.last, c.run
}

// holes reports whether batches wait for the log.
func (c *channel) holes() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.early) > 0
}

// where a reader's next commits are.
type source int

const (
	inWindow  source = iota // returned
	caughtUp                // there are none
	inLog                   // to be read from the log
	tooFar                  // too many: a snapshot is smaller
	inPastRun               // its position is of another run of revs
)

// next copies the batches that continue behind at into out, as many as it
// takes, and moves at behind them. Last is the newest rev of the stream.
func (c *channel) next(at *feed, out []*batch) (n int, last room.Rev, from source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case at.run != c.run:
		return 0, c.last, inPastRun
	case at.rev >= c.last:
		return 0, c.last, caughtUp
	case c.last-at.rev > resumeLimit:
		return 0, c.last, tooFar
	case at.rev < c.window.base(c.last):
		return 0, c.last, inLog
	}
	n = copy(out, c.window.batches[c.window.at(at.rev):])
	out[0] = out[0].after(c.stream, c.epoch, at.rev)
	at.rev = out[n-1].to
	return n, c.last, inWindow
}

// resumable reports whether a client at p can go on from there, and if so
// returns the run that it goes on in and whether the window has all it lacks.
func (c *channel) resumable(p position) (run int, held, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ok = p.set && p.epoch == c.epoch && p.rev <= c.last && c.last-p.rev <= resumeLimit
	return c.run, p.rev >= c.window.base(c.last), ok
}

// bodiesOf returns the commits of rows if they are exactly those above after.
func bodiesOf(rows []room.Logged, after room.Rev) ([]json.RawMessage, bool) {
	bodies := make([]json.RawMessage, len(rows))
	for i, row := range rows {
		if row.Rev != after+1+room.Rev(i) {
			return nil, false
		}
		bodies[i] = row.Body
	}
	return bodies, true
}

// bytes returns the size of the window.
func (c *channel) bytes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.window.bytes
}
