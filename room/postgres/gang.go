package postgres

import (
	"sync"
	"time"
)

const (
	// gangRooms bounds the rooms that share a transaction. Above it the wait for
	// the others costs more than a statement's share.
	gangRooms = 32
	// gangCommits is the most commits a room brings into a gang. Above it the room
	// has little left to share, and the others would wait for it.
	gangCommits = 16
	// gangPatience is how long a gang may keep others waiting: longer than a
	// commit, shorter than a person notices. Then they go on another connection.
	gangPatience = 20 * time.Millisecond
	// gangs bounds the gangs under way, the late ones with them.
	gangs = 4
)

// gang brings turns of several rooms together. Who comes while none is under way
// goes at once; who comes meanwhile goes together with the next. A turn's own
// goroutine waits, and the first of those that wait leads them.
type gang struct {
	write func([]*turn) // and note in each what became of it

	mu       sync.Mutex // guards the fields below
	waiting  []*turn
	underWay int
	late     int // of those under way
}

// commit returns once the turn was tried; t.err says how that ended.
func (g *gang) commit(t *turn) {
	if len(t.commits) > gangCommits {
		g.write([]*turn{t})
		return
	}
	g.mu.Lock()
	together := []*turn{t}
	if g.freeLocked() && len(g.waiting) == 0 {
		g.underWay++
		g.mu.Unlock()
	} else {
		t.ready = make(chan bool, 1)
		g.waiting = append(g.waiting, t)
		g.mu.Unlock()
		if leads := <-t.ready; !leads {
			return
		}
		together = g.take(t)
	}
	g.lead(together)
}

// lead writes the turns and tells those who wait for that.
func (g *gang) lead(turns []*turn) {
	var late, over bool // guarded by mu
	timer := time.AfterFunc(gangPatience, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !over {
			late = true
			g.late++
			g.nextLocked()
		}
	})
	defer func() {
		timer.Stop()
		g.mu.Lock()
		over = true
		g.underWay--
		if late {
			g.late--
		}
		g.nextLocked()
		g.mu.Unlock()
		for _, t := range turns[1:] {
			t.ready <- false
		}
	}()
	g.write(turns)
}

// freeLocked reports whether another gang may begin.
func (g *gang) freeLocked() bool { return g.underWay == g.late && g.underWay < gangs }

// nextLocked lets the first that waits lead the next gang, if one may begin.
func (g *gang) nextLocked() {
	if len(g.waiting) == 0 || !g.freeLocked() {
		return
	}
	g.underWay++
	t := g.waiting[0]
	g.waiting = g.waiting[1:]
	t.ready <- true
}

// take adds those who wait to the leader's turn.
func (g *gang) take(leader *turn) []*turn {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), gangRooms-1)
	together := make([]*turn, 0, n+1)
	together = append(append(together, leader), g.waiting[:n]...)
	g.waiting = append([]*turn(nil), g.waiting[n:]...)
	return together
}
