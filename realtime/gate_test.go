package realtime

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// A herd at one room fills its share and waits; another room's caller does not
// wait behind the herd.
func TestGateLetsRoomsInInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 3, 1000)
		stop := make(chan struct{})
		var mu sync.Mutex
		var order []room.ID
		call := func(id room.ID) {
			if !g.enter(id, stop) {
				t.Error("turned away")
				return
			}
			mu.Lock()
			order = append(order, id)
			mu.Unlock()
			time.Sleep(time.Second)
			g.leave(id)
		}
		soFar := func() []room.ID {
			mu.Lock()
			defer mu.Unlock()
			return append([]room.ID(nil), order...)
		}
		for range 40 {
			go call("crowded")
		}
		synctest.Wait()
		go call("quiet") // the place that the crowd may not have
		synctest.Wait()
		if inside, waiting := g.state(); inside != 4 || waiting != 37 || soFar()[3] != "quiet" {
			t.Errorf("%d inside, %d waiting, in this order: %v", inside, waiting, soFar())
		}
		go call("quiet")
		go call("other")
		time.Sleep(1500 * time.Millisecond)
		in := map[room.ID]int{}
		for _, id := range soFar()[4:8] {
			in[id]++
		}
		if in["quiet"] != 1 || in["other"] != 1 {
			t.Errorf("the second round was %v", soFar()[4:8])
		}
		time.Sleep(time.Minute)
		if inside, waiting := g.state(); inside != 0 || waiting != 0 || len(g.lanes) != 0 || len(soFar()) != 43 {
			t.Errorf("%d inside, %d waiting, %d rooms and %d served at the end", inside, waiting, len(g.lanes), len(soFar()))
		}
	})
}

// Who waits when the hub ends goes away, and leaves its place to nobody's loss.
func TestGateGivesUp(t *testing.T) {
	g := newGate(1, 1, 2)
	stop, never := make(chan struct{}), make(chan struct{})
	if !g.enter("a", never) {
		t.Fatal("an empty gate is closed")
	}
	results := make(chan bool)
	for range 2 {
		go func() { results <- g.enter("a", stop) }()
	}
	for _, waiting := g.state(); waiting < 2; _, waiting = g.state() {
		time.Sleep(time.Millisecond)
	}
	if g.enter("b", never) {
		t.Error("more wait than may")
	}
	close(stop)
	for range 2 {
		if <-results {
			t.Error("let in after the end")
		}
	}
	g.leave("a")
	if inside, waiting := g.state(); inside != 0 || waiting != 0 || len(g.lanes) != 0 {
		t.Errorf("%d inside, %d waiting, %d rooms", inside, waiting, len(g.lanes))
	}
}
