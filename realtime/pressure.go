package realtime

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// pressure measures whether this server keeps up, and says what to leave out
// while it does not. The measure is the wait of the op that waited least in a
// span, from its arrival to its durable answer: queue, place among the
// transactions, connection and commit together. As long as one op gets through
// quickly the others wait for something of their own, a locked room for example;
// when every one is slow the server or its database is.
type pressure struct {
	hub   *Hub
	level atomic.Int32
	// waiting counts the requests that wait for a writer, writing the writers
	// that have work, allowed the requests that may wait at level shedOps.
	waiting atomic.Int64
	writing atomic.Int64
	allowed atomic.Int64

	mu       sync.Mutex    // guards the fields below
	least    time.Duration // of the running span
	answered int64         // requests in the running span
	skipped  int           // spans since watchers were told
}

// What is left out, each level with those before it: first what is gone in a
// moment anyway, last what somebody wrote.
const (
	shedNothing  int32 = iota
	shedPresence       // presence is shown every two seconds instead of ten times in one
	shedWatchers       // watchers are brought up to date once a second, new ones come later
	shedOps            // what would wait too long is answered busy
)

// shedAt is the least wait from which a level holds. A level is left below half
// of that, so that it does not flap. People take an answer within 100 ms for an
// immediate one, and lose the thread after a second.
var shedAt = [...]time.Duration{
	shedPresence: 100 * time.Millisecond,
	shedWatchers: 250 * time.Millisecond,
	shedOps:      500 * time.Millisecond,
}

const (
	// pressureSpan is how long the measure is taken; a level rises and falls by
	// one per span, so the order is always the same.
	pressureSpan = 250 * time.Millisecond
	// presenceEveryShed replaces presenceEvery.
	presenceEveryShed = 2 * time.Second
	// watchersEvery is in spans.
	watchersEvery = 4
	// leastWaiting is how many requests may wait whatever was measured.
	leastWaiting = 64
	// stalledWriters is from how many on writers that all get no answer tell of
	// the store and not of their rooms.
	stalledWriters = 4
	// roomPatience is how old the oldest request of a room may be when another
	// one comes: its writer is held up, and who comes later only waits longer.
	roomPatience = time.Second
)

// note is told of a batch that was answered.
func (p *pressure) note(waited time.Duration, requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answered == 0 || waited < p.least {
		p.least = waited
	}
	p.answered += int64(requests)
}

// run takes the measure until ctx ends.
func (p *pressure) run(ctx context.Context) {
	ticker := time.NewTicker(pressureSpan)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			p.turn()
		}
	}
}

// turn ends a span.
func (p *pressure) turn() {
	p.mu.Lock()
	least, answered := p.least, p.answered
	p.least, p.answered = 0, 0
	p.mu.Unlock()
	before := p.level.Load()
	after := nextLevel(before, least)
	if writing := p.writing.Load(); answered == 0 && writing > 0 {
		after = before // nothing was measured
		if writing >= stalledWriters {
			after = nextLevel(before, shedAt[shedOps]) // nobody got an answer at all
		}
	}
	// What may wait is what is answered within the wait that is too long.
	p.allowed.Store(max(leastWaiting, answered*int64(shedAt[shedOps]/pressureSpan)))
	p.level.Store(after)
	p.refreshWatchers(before, after)
	if before != after {
		p.hub.options.Log.Warn("load: what is left out changes", "from", before, "to", after, "least_wait", least)
	}
}

func nextLevel(level int32, least time.Duration) int32 {
	switch {
	case level < shedOps && least >= shedAt[level+1]:
		return level + 1
	case level > shedNothing && least < shedAt[level]/2:
		return level - 1
	default:
		return level
	}
}

// refreshWatchers wakes those who were put off, now and then and at the end.
func (p *pressure) refreshWatchers(before, after int32) {
	if before < shedWatchers {
		return
	}
	if p.skipped++; p.skipped < watchersEvery && after >= shedWatchers {
		return
	}
	p.skipped = 0
	for _, r := range p.hub.loaded() {
		for _, s := range r.members() {
			if s.watches {
				s.wake()
			}
		}
	}
}

// presenceEvery is the time between two presence frames of a room.
func (p *pressure) presenceEvery() time.Duration {
	if p.level.Load() >= shedPresence {
		return presenceEveryShed
	}
	return presenceEvery
}

// putsOffWatchers reports whether watchers wait for their next turn.
func (p *pressure) putsOffWatchers() bool { return p.level.Load() >= shedWatchers }

// putOff reports whether a watcher waits for its next turn, and counts it.
func (h *Hub) putOff() bool {
	if !h.load.putsOffWatchers() {
		return false
	}
	h.metrics.sheds.WithLabelValues("watchers").Inc()
	return true
}

// refusesOp reports whether another op would wait too long in a room where queued
// do. One room's crowd is no reason to refuse another room that has less waiting
// than its share of what may wait.
func (p *pressure) refusesOp(queued int) bool {
	allowed := p.allowed.Load()
	return p.level.Load() >= shedOps && p.waiting.Load() >= allowed && int64(queued) >= allowed/max(1, p.writing.Load())
}
