package postgres

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// written records the gangs that were written, each of which takes as long as
// its first turn's revs say in milliseconds.
type written struct {
	mu    sync.Mutex
	gangs [][]room.ID
}

func (w *written) write(turns []*turn) {
	var rooms []room.ID
	for _, t := range turns {
		rooms = append(rooms, t.room)
	}
	w.mu.Lock()
	w.gangs = append(w.gangs, rooms)
	w.mu.Unlock()
	time.Sleep(time.Duration(turns[0].revs[room.Shared]) * time.Millisecond)
}

func turnOf(id room.ID, ms, commits int) *turn {
	return &turn{head: &head{room: id, revs: room.Revs{room.Shared: room.Rev(ms)}}, commits: make([]room.Encoded, commits)}
}

// A lone room does not wait for company; what comes meanwhile goes together.
func TestRoomsGoTogetherOnceOneIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w written
		g := &gang{write: w.write}
		var done sync.WaitGroup
		start := time.Now()
		for _, id := range []room.ID{"a", "b", "c", "d"} {
			done.Go(func() { g.commit(turnOf(id, 5, 1)) })
			synctest.Wait()
		}
		done.Wait()
		if len(w.gangs) != 2 || len(w.gangs[0]) != 1 || len(w.gangs[1]) != 3 {
			t.Errorf("gangs = %v, want a alone and the others together", w.gangs)
		}
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("it took %s", took)
		}
		g.commit(turnOf("e", 5, 1))
		if len(w.gangs) != 3 || g.underWay != 0 || g.late != 0 {
			t.Errorf("afterwards: %v, %d under way, %d late", w.gangs, g.underWay, g.late)
		}
	})
}

// A gang that is held up holds up nobody for longer than the patience, and there
// are so many at most. // I12
func TestGangThatIsHeldUpDoesNotHoldUpOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w written
		g := &gang{write: w.write}
		var done sync.WaitGroup
		start := time.Now()
		took := make(chan time.Duration, 10)
		for i := range 6 {
			done.Go(func() {
				ms := 5
				if i == 0 || i == 3 {
					ms = 3000
				}
				g.commit(turnOf(room.ID(rune('a'+i)), ms, 1))
				if ms == 5 {
					took <- time.Since(start)
				}
			})
			synctest.Wait()
			if i == 2 {
				time.Sleep(100 * time.Millisecond) // those before it have gone round the first
			}
		}
		time.Sleep(time.Second)
		if len(took) != 4 {
			t.Errorf("%d of 4 rooms had their turn while two others are stuck", len(took))
		}
		done.Wait()
		for range 12 { // all of them stuck
			done.Go(func() { g.commit(turnOf("z", 1000, 1)) })
			synctest.Wait()
			time.Sleep(2 * gangPatience)
			g.mu.Lock()
			if g.underWay > gangs {
				t.Errorf("%d gangs under way", g.underWay)
			}
			g.mu.Unlock()
		}
		done.Wait()
		if g.underWay != 0 || g.late != 0 || len(g.waiting) != 0 {
			t.Errorf("afterwards: %d under way, %d late, %d waiting", g.underWay, g.late, len(g.waiting))
		}
	})
}

// A crowd goes in gangs of the size that is allowed, in the order of coming; a
// batch that is large by itself keeps nobody waiting.
func TestGangsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w written
		g := &gang{write: w.write}
		var done sync.WaitGroup
		for i := range 100 {
			done.Go(func() { g.commit(turnOf(room.ID(rune(i)), 5, 1)) })
			synctest.Wait()
		}
		done.Go(func() { g.commit(turnOf("large", 1, gangCommits+1)) })
		synctest.Wait()
		w.mu.Lock()
		if last := w.gangs[len(w.gangs)-1]; len(w.gangs) != 2 || last[0] != "large" {
			t.Errorf("gangs = %v, want the large one under way by itself", w.gangs)
		}
		w.mu.Unlock()
		done.Wait()
		next := rune(1)
		for _, rooms := range w.gangs[2:] {
			if len(rooms) > gangRooms {
				t.Errorf("a gang of %d", len(rooms))
			}
			for _, id := range rooms {
				if id != room.ID(next) {
					t.Fatalf("room %d had the turn of %d", []rune(id)[0], next)
				}
				next++
			}
		}
		if next != 100 {
			t.Errorf("%d rooms had their turn", next)
		}
	})
}
