package realtime

import (
	"testing"
	"testing/synctest"
	"time"
)

// A batch took effect, its answer was lost, and the next attempt is told so: the
// members of this server and of others see the commit in a moment, although
// nothing follows it. // I3, I13
func TestCommitOfALostReplyReachesEverybodySoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, broker := &flakyStore{memStore: newMemStore(t), lost: true}, NewMemoryBroker()
		one := newBench(t, setup{real: store, room: testRoom, broker: broker})
		two := newBench(t, setup{real: store, room: testRoom, broker: broker})
		here, _ := one.join("marc")
		there, _ := two.join("priya")
		settle(here, there)
		store.failures.Store(1)
		started := time.Now()

		if v, err := one.hub.Submit(t.Context(), testRoom, workspaceOp(0x77, 1)); err != nil || v.Err != nil {
			t.Fatalf("verdict %+v, %v", v, err)
		}

		for _, c := range []*client{here, there} {
			if f := c.until("commits"); f.To != 2 || time.Since(started) > time.Second {
				t.Errorf("after %v: %s", time.Since(started), f.raw)
			}
		}
		one.stop()
		two.stop()
	})
}
