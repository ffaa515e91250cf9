package realtime

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

func TestArchivedRoomEndsItsSockets(t *testing.T) { // P35
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.store.mu.Lock()
		delete(b.store.rooms, testRoom)
		b.store.mu.Unlock()

		if f := c.until("bye"); f.Why != "archived" {
			t.Errorf("got %s", f.raw)
		}
		if code := c.closed(); code != closeNoAccess {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

func TestRoomIsUnloadedAfterItsLastMember(t *testing.T) { // I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.submit(20, "busy")
		c.say(focusText(milestone, "title", "x"))
		time.Sleep(time.Second)
		if n := b.broker.Topics(); n != 1 {
			t.Errorf("%d topics with a member", n)
		}
		_ = c.ws.CloseNow()
		time.Sleep(30 * time.Second)
		again, _ := b.join("marc") // it stays warm for one who comes back
		time.Sleep(30 * time.Second)
		_ = again.ws.CloseNow()
		time.Sleep(60 * time.Second)
		synctest.Wait()

		if n, topics := len(b.hub.loaded()), b.broker.Topics(); n != 0 || topics != 0 {
			t.Errorf("%d rooms and %d topics are left after 60 s", n, topics)
		}
		b.stop()
	})
}

func TestDrainLosesNothingAndSendsEverybodyBack(t *testing.T) { // P37, I14
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		var all []*client
		for i := range 20 {
			token := fmt.Sprint("guest-", i)
			b.store.grant(token, testRoom, room.Member{ID: marc.ID, Name: marc.Name, Side: marc.Side, Access: marc.Access})
			c, err := b.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			c.say(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":%q}`, uid(0x7000+i), token))
			c.expect("welcome")
			all = append(all, c)
		}
		b.store.mu.Lock()
		b.store.slow["commit"] = 500 * time.Millisecond
		b.store.mu.Unlock()
		all[0].say(opText(room.Shared, 1, milestone, "under way"))
		time.Sleep(100 * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() { b.hub.Drain(ctx); close(done) }()
		time.Sleep(100 * time.Millisecond)
		all[0].say(opText(room.Shared, 2, milestone, "too late"))

		late := all[0].until("reject")
		acked := all[0].until("ack")
		retries := map[int]bool{}
		for _, c := range all {
			f := c.until("bye")
			retries[f.RetryMS] = true
			if code := c.closed(); f.Why != "restart" || code != closeRestart {
				t.Errorf("got %s and %d", f.raw, code)
			}
		}
		<-done

		if late.Code != "busy" || late.Seq != 2 || acked.Seq != 1 {
			t.Errorf("got %s and %s", late.raw, acked.raw)
		}
		if len(retries) < 10 {
			t.Errorf("all come back at the same time: %v", retries)
		}
		if _, err := b.connect(nil); err == nil || !strings.Contains(err.Error(), "503") {
			t.Errorf("a new socket: %v", err)
		}
		b.stop()
	})
}

func TestDrainGivesUpWithItsContext(t *testing.T) { // P37
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.joinUnread("marc")
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		start := time.Now()

		b.hub.Drain(ctx)

		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
		b.stop()
	})
}

// A panic in serving one member is that member's problem only.
func TestPanicEndsOneSession(t *testing.T) { // P5
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{onWrite: func(conn int, p []byte) {
			if conn == 0 && bytes.Contains(p, []byte("boom")) {
				panic("boom")
			}
		}})
		c, _ := b.join("marc")
		other, _ := b.join("priya")

		other.say(opText(room.Shared, 1, milestone, "boom"))

		c.closed()
		other.until("ack")
		b.stop()
	})
}
