package realtime

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// A large audience gets every commit within two seconds, spread over them, and
// who works on the plan gets it at once.
func TestALargeAudienceIsPaced(t *testing.T) { // P26
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		priya, _ := b.join("priya")
		marc, _ := b.join("marc")
		watchers := make([]*client, smallAudience+50)
		for i := range watchers {
			watchers[i], _ = b.join("watcher")
		}
		time.Sleep(5 * time.Second) // presence has settled

		began := time.Now()
		priya.say(opText(room.Shared, 1, milestone, "Seen by all"))
		priya.say(opText(room.Shared, 2, milestone, "Seen by all, again"))
		priya.until("ack")
		priya.until("ack")
		marc.expect("commits")
		if took := time.Since(began); took > 5*time.Millisecond {
			t.Errorf("the others had to wait %s", took)
		}

		var last time.Duration
		for i, w := range watchers {
			f := w.expect("commits")
			if f.To < 3 { // its slice came between the two
				f = w.expect("commits")
			}
			last = max(last, time.Since(began))
			if f.To != 3 {
				t.Errorf("watcher %d has rev %d", i, f.To)
			}
		}
		if last > 2*time.Second || last < smallAudience/audienceSlice*audienceStep {
			t.Errorf("the last watcher had it after %s", last)
		}
		b.stop()
	})
}

// A small one is as live as everybody.
func TestASmallAudienceIsNotPaced(t *testing.T) { // P26
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		priya, _ := b.join("priya")
		w, _ := b.join("watcher")
		began := time.Now()

		priya.say(opText(room.Shared, 1, milestone, "Seen at once"))
		w.expect("commits")

		if took := time.Since(began); took > 5*time.Millisecond {
			t.Errorf("a watcher had to wait %s", took)
		}
		b.stop()
	})
}
