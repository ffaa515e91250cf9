package realtime

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

func TestHelloIsAnsweredByWelcomeWithSnapshots(t *testing.T) { // P6
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})

		_, w := b.join("priya")

		if w.V != 1 || w.Me == nil || w.Me.ID != priya.ID || w.Session == "" {
			t.Errorf("welcome = %s", w.raw)
		}
		for _, stream := range []room.Stream{room.Shared, room.Seller} {
			if e := w.entry(stream); e.Rev != 1 || e.Epoch != "e1" || e.Seq != 0 || len(e.Snapshot) == 0 {
				t.Errorf("entry of %s = %+v", stream, e)
			}
		}
		if len(w.Streams) != 2 {
			t.Errorf("%d streams, want those of the seller's side", len(w.Streams))
		}
		if len(w.Here) != 1 || w.Here[0].Participant != priya.ID {
			t.Errorf("here = %+v", w.Here)
		}
		b.stop()
	})
}

func TestOpReachesEverybodyAndIsAckedBehindItsCommit(t *testing.T) { // P11, P17
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		author, _ := b.join("priya")
		other, _ := b.join("marc")

		author.say(opText(room.Shared, 1, milestone, "Signed"))

		mine := author.expect("commits")
		ack := author.expect("ack")
		theirs := other.expect("commits")
		if mine.From != 2 || mine.To != 2 || ack.Seq != 1 || ack.Rev != 2 {
			t.Errorf("commits = %s, ack = %s", mine.raw, ack.raw)
		}
		if mine.raw != theirs.raw {
			t.Errorf("the author got %s, the other %s", mine.raw, theirs.raw)
		}
		b.stop()
	})
}

func TestPingIsAnsweredWithRevs(t *testing.T) { // P22
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")

		c.say(`{"t":"ping","n":7}`)

		if pong := c.expect("pong"); pong.N != 7 || len(pong.Revs) != 2 || pong.Revs[room.Shared] != 1 || pong.Revs[room.Buyer] != 0 {
			t.Errorf("pong = %s", pong.raw)
		}
		b.stop()
	})
}

func TestSilenceEndsTheSocket(t *testing.T) { // P33
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")

		time.Sleep(59 * time.Second)
		c.say(`{"t":"ping","n":1}`)
		c.expect("pong")
		start := time.Now()
		for range c.frames { // until it ends
		}

		if took := time.Since(start); took < 59*time.Second || took > 61*time.Second {
			t.Errorf("ended after %v", took)
		}
		b.stop()
	})
}
