package realtime

import (
	"testing"
	"testing/synctest"
	"time"
)

// Everybody comes back at once after a restart: the plan is read once for each
// audience, not once for each member, and each gets it whole. // P20
func TestCrowdOfJoinsReadsThePlanOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		const members = 20
		for range members {
			if _, w := b.join("marc"); len(w.Streams) == 0 || w.Streams[0].Snapshot == nil {
				t.Fatalf("welcome = %s", w.raw)
			}
		}
		if n := b.store.calls["snapshot"]; n != 1 {
			t.Errorf("%d members cost %d reads of the plan, want 1", members, n)
		}

		time.Sleep(2 * snapshotKept)
		b.join("marc")
		if n := b.store.calls["snapshot"]; n != 2 {
			t.Errorf("the plan was read %d times, want again after a while", n)
		}
		b.stop()
	})
}

// Members join while others edit: of a plan that is read at every rev one copy is
// kept, not one for each. // I12
func TestOneSnapshotIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		for range 10 {
			b.join("marc")
			b.submit(1, "edited meanwhile")
		}
		r, err := b.hub.acquire(t.Context(), testRoom)
		if err != nil {
			t.Fatal(err)
		}
		defer b.hub.release(r)
		r.cache.mu.Lock()
		defer r.cache.mu.Unlock()
		if n := len(r.cache.kept); n != 1 {
			t.Errorf("%d snapshots are kept of one stream", n)
		}
		b.stop()
	})
}
