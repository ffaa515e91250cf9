package realtime

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

func TestRepeatedOpGetsTheSameVerdict(t *testing.T) { // P10, I6, I7
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		good := opText(room.Shared, 1, milestone, "Signed")
		bad := opText(room.Shared, 2, room.RecordID(uid(99)), "Nothing there")

		c.say(good)
		c.expect("commits")
		first := c.expect("ack")
		c.say(bad)
		refused := c.expect("reject")
		c.say(good)
		again := c.expect("ack")
		c.say(bad)
		refusedAgain := c.expect("reject")

		if first.raw != again.raw || refused.raw != refusedAgain.raw {
			t.Errorf("%s then %s; %s then %s", first.raw, again.raw, refused.raw, refusedAgain.raw)
		}
		if refused.Code != "gone" && refused.Code != "invalid" {
			t.Errorf("reject = %s", refused.raw)
		}
		if got := b.store.head(testRoom, room.Shared); got != 2 {
			t.Errorf("head = %d, want one commit for it all", got)
		}
		b.stop()
	})
}

func TestOpThatCannotBeReadUsesUpItsSeq(t *testing.T) { // P12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")

		c.say(`{"t":"op","stream":"shared","seq":1,"op":{"kind":"milestone.update","id":"` + string(milestone) + `","set":{"title":"a\u0000b"}}}`)
		reject := c.expect("reject")
		c.say(opText(room.Shared, 2, milestone, "Signed"))
		c.expect("commits")

		if reject.Code != "invalid" || reject.Field != "op.set.title" || reject.Seq != 1 {
			t.Errorf("reject = %s", reject.raw)
		}
		if ack := c.expect("ack"); ack.Seq != 2 {
			t.Errorf("ack = %s", ack.raw)
		}
		b.stop()
	})
}

func TestGapsAreAnsweredWithWhatComesNext(t *testing.T) { // P13, P16
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")

		c.say(opText(room.Shared, 2, milestone, "x"))
		if f := c.expect("reject"); f.Code != "expired" {
			t.Errorf("unknown client with seq 2: %s", f.raw)
		}
		c.say(opText(room.Shared, 1, milestone, "x"))
		c.expect("commits")
		c.expect("ack")
		c.say(opText(room.Shared, 4, milestone, "x"))
		if f := c.expect("error"); f.Code != "seq_gap" || f.Expected != 2 || f.Stream != room.Shared || f.Fatal {
			t.Errorf("gap: %s", f.raw)
		}
		c.say(opText(room.Shared, 3, milestone, "x"))
		if f := c.expect("error"); f.Code != "seq_gap" || f.Expected != 2 {
			t.Errorf("gap behind a gap: %s", f.raw)
		}
		for seq := int64(2); seq <= 4; seq++ {
			c.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
			c.expect("commits")
			if ack := c.expect("ack"); ack.Seq != seq {
				t.Errorf("ack = %s", ack.raw)
			}
		}
		b.stop()
	})
}

// The first op of a client may be put off while the second is in the queue: that
// one is a gap then, and the client is not forgotten.
func TestTheFirstOpIsPutOffAndTheSecondIsAGap(t *testing.T) { // P13, P16
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		b.store.setFail(func(call string) error {
			if call == "commit" {
				return errStoreDown
			}
			return nil
		})
		c.say(opText(room.Shared, 1, milestone, "1"))
		time.Sleep(time.Millisecond)
		c.say(opText(room.Shared, 2, milestone, "2"))

		busy := c.until("reject")
		b.store.setFail(nil)
		gap := c.until("error")

		if busy.Code != "busy" || busy.Seq != 1 {
			t.Errorf("busy = %s", busy.raw)
		}
		if gap.Code != "seq_gap" || gap.Seq != 2 || gap.Expected != 1 {
			t.Errorf("gap = %s", gap.raw)
		}
		for seq := int64(1); seq <= 2; seq++ {
			c.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
			if ack := c.until("ack"); ack.Seq != seq {
				t.Errorf("ack = %s", ack.raw)
			}
		}
		b.stop()
	})
}

func TestAllowanceIsAnsweredBusyAndKeepsTheOrder(t *testing.T) { // P13, P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{OpsPerSecond: 10}})
		c, _ := b.join("priya")
		for seq := int64(1); seq <= 40; seq++ {
			c.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
			c.until("ack")
		}

		c.say(opText(room.Shared, 41, milestone, "41"))
		busy := c.expect("reject")
		c.say(opText(room.Shared, 42, milestone, "42"))
		gap := c.expect("error")
		time.Sleep(time.Duration(busy.RetryMS) * time.Millisecond)
		c.say(opText(room.Shared, 41, milestone, "41"))
		c.expect("commits")
		c.expect("ack")
		c.say(opText(room.Shared, 42, milestone, "42"))
		c.expect("commits")
		c.expect("ack")

		if busy.Code != "busy" || busy.RetryMS < 100 || busy.Seq != 41 {
			t.Errorf("busy = %s", busy.raw)
		}
		if gap.Code != "seq_gap" || gap.Expected != 41 {
			t.Errorf("gap = %s", gap.raw)
		}
		if got := b.store.head(testRoom, room.Shared); got != 43 {
			t.Errorf("head = %d, want 43", got)
		}
		b.stop()
	})
}

func TestIgnoringBusyTenTimesEndsTheSocket(t *testing.T) { // P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{OpsPerSecond: 1}})
		c, _ := b.join("priya")
		for seq := int64(1); seq <= 4; seq++ {
			c.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
			c.until("ack")
		}
		for range maxStrikes {
			c.say(opText(room.Shared, 5, milestone, "now!"))
			if f := c.expect("reject"); f.Code != "busy" {
				t.Fatalf("got %s", f.raw)
			}
		}
		c.say(opText(room.Shared, 5, milestone, "now!"))

		if f := c.expect("error"); f.Code != "rate" || !f.Fatal {
			t.Errorf("got %s", f.raw)
		}
		if code := c.closed(); code != closeTooFast {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

// A client that stops when told, with a whole window in flight, lives on.
func TestOpsInFlightAreNoOffence(t *testing.T) { // P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{OpsPerSecond: 50}})
		c, _ := b.join("priya")
		const total = 600
		acked, sent := int64(0), int64(0)
		for acked < total {
			for sent < total && sent-acked < room.Window {
				sent++
				c.say(opText(room.Shared, sent, milestone, fmt.Sprint(sent)))
			}
			switch f := c.next(); {
			case f.T == "ack":
				acked = f.Seq
			case f.T == "reject" && f.Code == "busy":
				time.Sleep(time.Duration(f.RetryMS) * time.Millisecond)
				sent = f.Seq - 1
			case f.T == "reject", f.T == "bye":
				t.Fatalf("got %s", f.raw)
			}
		}
		if got := b.store.head(testRoom, room.Shared); got != total+1 {
			t.Errorf("head = %d, want %d", got, total+1)
		}
		b.stop()
	})
}

func TestFloodOfOpsEndsTheSocket(t *testing.T) { // P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{OpsPerSecond: 50}})
		c, _ := b.join("priya")
		for seq := int64(1); ; seq++ {
			if c.trySay(opText(room.Shared, seq, milestone, "x")) != nil {
				break
			}
			if seq > 10_000 {
				t.Fatal("it was let through")
			}
		}
		if code := c.closed(); code != closeTooFast {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

func TestWindowOfUnansweredOps(t *testing.T) { // P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		b.store.mu.Lock()
		b.store.slow["commit"] = time.Second
		b.store.mu.Unlock()
		for seq := int64(1); seq <= room.Window+1; seq++ {
			c.say(opText(room.Shared, seq, milestone, fmt.Sprint(seq)))
		}

		busy := c.expect("reject")

		if busy.Code != "busy" || busy.Seq != room.Window+1 {
			t.Errorf("got %s", busy.raw)
		}
		for acked := 0; acked < room.Window; {
			if c.next().T == "ack" {
				acked++
			}
		}
		b.stop()
	})
}

func TestWatchersCannotChangeThePlan(t *testing.T) { // P14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, w := b.join("watcher")

		c.say(opText(room.Shared, 1, milestone, "Mine now"))

		if f := c.expect("reject"); f.Code != "forbidden" || f.Seq != 1 {
			t.Errorf("got %s", f.raw)
		}
		if w.Me != nil || len(w.Streams) != 1 || w.Watching != 1 || len(w.Here) != 0 {
			t.Errorf("welcome = %s", w.raw)
		}
		c.say(opText(room.Seller, 1, secret, "Mine now"))
		if f := c.expect("reject"); f.Code != "forbidden" {
			t.Errorf("got %s", f.raw)
		}
		if got := b.store.head(testRoom, room.Shared); got != 1 {
			t.Errorf("head = %d", got)
		}
		b.stop()
	})
}

func TestPrivateStreamsStayPrivate(t *testing.T) { // I11
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		seller, _ := b.join("priya")
		buyer, _ := b.join("marc")
		partner, w := b.join("pat")

		seller.say(opText(room.Seller, 1, secret, "Floor is 80"))
		seller.expect("commits")
		seller.expect("ack")
		buyer.say(`{"t":"join","stream":"seller"}`)

		if f := buyer.expect("error"); f.Code != "unauthorized" || f.Fatal {
			t.Errorf("got %s", f.raw)
		}
		buyer.say(`{"t":"ping","n":1}`)
		if pong := buyer.expect("pong"); strings.Contains(pong.raw, "seller") {
			t.Errorf("pong = %s", pong.raw)
		}
		buyer.quiet(time.Second)
		partner.quiet(time.Second)
		if len(w.Streams) != 1 || strings.Contains(w.raw, "Discount floor") {
			t.Errorf("welcome = %s", w.raw)
		}
		b.stop()
	})
}

func TestCrossStreamOpReachesBothStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		seller, _ := b.join("priya")
		buyer, _ := b.join("marc")

		seller.say(fmt.Sprintf(`{"t":"op","stream":"seller","seq":1,"op":{"kind":"milestone.publish","id":%q}}`, secret))

		streams := map[room.Stream]bool{}
		for len(streams) < 2 {
			streams[seller.expect("commits").Stream] = true
		}
		seller.expect("ack")
		if f := buyer.expect("commits"); f.Stream != room.Shared || !strings.Contains(f.raw, "Discount floor") {
			t.Errorf("got %s", f.raw)
		}
		b.stop()
	})
}

// The op that the others wait for may be on its way when they learn that it is
// missing: a gap found in front of it must not hold up what comes behind it.
func TestGapFoundInFrontOfTheOpItWaitsFor(t *testing.T) { // P13
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		c.say(opText(room.Shared, 1, milestone, "1"))
		c.expect("commits")
		c.expect("ack")
		var gates [3]chan error // of the attempts to commit from here on
		for i := range gates {
			gates[i] = make(chan error)
		}
		var attempt atomic.Int64
		b.store.setFail(func(call string) error {
			if call != "commit" {
				return nil
			}
			n := int(attempt.Add(1)) - 1
			if n >= len(gates) {
				return nil
			}
			return <-gates[n]
		})
		c.say(opText(room.Shared, 2, milestone, "2"))
		synctest.Wait()
		c.say(opText(room.Shared, 3, milestone, "3"))
		synctest.Wait()
		gates[0] <- room.Errorf(room.Busy, "the database is away")
		if f := c.expect("reject"); f.Code != "busy" || f.Seq != 2 {
			t.Fatalf("op 2 is answered by %s", f.raw)
		}
		synctest.Wait()                               // op 3 is on its way to the store
		c.say(opText(room.Shared, 2, milestone, "2")) // it waits behind it
		synctest.Wait()
		gates[1] <- nil
		if f := c.expect("error"); f.Code != "seq_gap" || f.Seq != 3 {
			t.Fatalf("op 3 is answered by %s", f.raw)
		}
		gates[2] <- nil
		c.expect("commits")
		c.expect("ack")
		c.say(opText(room.Shared, 3, milestone, "3"))
		c.expect("commits")
		if f := c.expect("ack"); f.Seq != 3 {
			t.Errorf("op 3, sent behind op 2, is answered by %s", f.raw)
		}
		b.stop()
	})
}
