package realtime

import (
	"sync"

	"parley/room"
)

// gate lets a bounded number of callers in at a time, and of one room no more
// than its share. Who has to wait is let in in the order of coming, rooms in
// turn: a herd at one room delays the others by one place each, not by the herd.
type gate struct {
	limit   int // callers inside
	share   int // of them of one room
	waiters int // callers waiting; above it they are turned away

	mu      sync.Mutex // guards the fields below
	inside  int
	waiting int
	lanes   map[room.ID]*lane // of rooms with somebody inside or waiting
	turn    []*lane           // lanes whose first waiter may go in when a place is free
}

// lane is one room at a gate.
type lane struct {
	inside  int
	queue   []chan struct{} // closed when its owner is let in
	waiting bool            // the lane is in turn
}

func newGate(limit, share, waiters int) *gate {
	return &gate{limit: limit, share: share, waiters: waiters, lanes: map[room.ID]*lane{}}
}

// enter waits for a place. False means that there are too many waiting already,
// or that stop was closed first; else the caller leaves later.
func (g *gate) enter(id room.ID, stop <-chan struct{}) bool {
	g.mu.Lock()
	l := g.lanes[id]
	if l == nil {
		l = &lane{}
		g.lanes[id] = l
	}
	if g.inside < g.limit && l.inside < g.share && len(l.queue) == 0 {
		g.inside++
		l.inside++
		g.mu.Unlock()
		return true
	}
	if g.waiting >= g.waiters {
		g.forgetLocked(id, l)
		g.mu.Unlock()
		return false
	}
	place := make(chan struct{})
	l.queue = append(l.queue, place)
	g.waiting++
	g.queueLocked(l)
	g.mu.Unlock()
	select {
	case <-place:
		return true
	case <-stop:
		return g.giveUp(id, l, place)
	}
}

// giveUp takes a waiter out, unless it was let in meanwhile.
func (g *gate) giveUp(id room.ID, l *lane, place chan struct{}) (inside bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range l.queue {
		if other == place {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			g.waiting--
			g.forgetLocked(id, l)
			return false
		}
	}
	return true
}

// leave gives a place back.
func (g *gate) leave(id room.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lanes[id]
	g.inside--
	l.inside--
	g.queueLocked(l)
	g.admitLocked()
	g.forgetLocked(id, l)
}

func (g *gate) queueLocked(l *lane) {
	if !l.waiting && len(l.queue) > 0 && l.inside < g.share {
		l.waiting = true
		g.turn = append(g.turn, l)
	}
}

func (g *gate) admitLocked() {
	for g.inside < g.limit && len(g.turn) > 0 {
		l := g.turn[0]
		g.turn = g.turn[1:]
		l.waiting = false
		if len(l.queue) == 0 || l.inside >= g.share {
			continue // its waiters gave up, or it filled its share otherwise
		}
		close(l.queue[0])
		l.queue = l.queue[1:]
		l.inside++
		g.inside++
		g.waiting--
		g.queueLocked(l)
	}
}

func (g *gate) forgetLocked(id room.ID, l *lane) {
	if l.inside == 0 && len(l.queue) == 0 && g.lanes[id] == l {
		delete(g.lanes, id)
	}
}

// state returns how many are inside and how many wait.
func (g *gate) state() (inside, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside, g.waiting
}
