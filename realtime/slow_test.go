package realtime

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// joinUnread is join for a client that reads nothing after its welcome until
// the test starts read.
func (b *bench) joinUnread(token string) *client {
	b.Helper()
	c, err := b.connectUnread(nil)
	if err != nil {
		b.Fatal(err)
	}
	c.say(helloText(token))
	if _, data, err := c.ws.Read(b.Context()); err != nil {
		b.Fatalf("the welcome: %s (%v)", data, err)
	}
	return c
}

// A pipe takes no byte that is not read, so this reader is as slow as can be.
func TestSlowReaderIsResyncedAndDelaysNobody(t *testing.T) { // P21, P34
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		fast, _ := b.join("priya")
		slow := b.joinUnread("marc")

		start := time.Now()
		last := b.submit(2*windowCommits, "busy day")
		fast.collect(1, last)
		if took := time.Since(start); took > time.Second {
			t.Errorf("the fast reader waited %v", took)
		}
		time.Sleep(5 * time.Second) // less than what ends a blocked socket
		go slow.read()

		var f frame
		at := room.Rev(1)
		for f = slow.next(); f.T != "resync"; f = slow.next() {
			if f.T == "commits" {
				at = f.To // what was under way when it stopped reading
			}
		}
		if f.Why != "slow" || f.Rev != last {
			t.Errorf("resync = %s", f.raw)
		}
		last = b.submit(1, "meanwhile")
		slow.quiet(time.Second)
		slow.say(fmt.Sprintf(`{"t":"join","stream":"shared","epoch":"e1","rev":%d}`, at))
		if joined := slow.expect("joined"); !joined.Resumed || joined.Rev != at {
			t.Errorf("joined = %s", joined.raw)
		}
		slow.collect(at, last)
		b.stop()
	})
}

func TestBlockedWriteEndsTheSocket(t *testing.T) { // P34, I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.joinUnread("marc")
		b.submit(1, "unread")
		r := b.hub.loaded()[0]
		time.Sleep(9 * time.Second)
		if n := len(r.members()); n != 1 {
			t.Errorf("%d members after 9 s", n)
		}

		time.Sleep(3 * time.Second)
		synctest.Wait()

		if n := len(r.members()); n != 0 {
			t.Errorf("%d members after 12 s", n)
		}
		b.stop()
	})
}

// One that sends and never reads its answers is not read from, and ended.
func TestUnreadAnswersAreBounded(t *testing.T) { // P39, I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c := b.joinUnread("marc")
		r := b.hub.loaded()[0]
		s := r.members()[0]
		sent := 0
		for c.trySay(`{"t":"ping","n":1}`) == nil && sent < 10_000 {
			sent++
			if s.mu.Lock(); len(s.control) > controlLimit/2 {
				t.Errorf("%d answers wait", len(s.control))
			}
			s.mu.Unlock()
		}
		time.Sleep(time.Minute)

		if sent > 2*controlLimit {
			t.Errorf("%d pings were taken", sent)
		}
		if n := len(r.members()); n != 0 {
			t.Errorf("%d members are left", n)
		}
		b.stop()
	})
}

// Catching up from the log holds a page in memory, not the backlog.
func TestSlowReaderOfTheLogIsNotRushed(t *testing.T) { // P7, P34
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		last := b.submit(3_000, "long ago")
		c, err := b.connectUnread(nil)
		if err != nil {
			t.Fatal(err)
		}
		c.say(helloText("marc", resumeAt(room.Shared, "e1", 1)))
		for at := room.Rev(1); at < last; {
			_, data, err := c.ws.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(len(data)) * 50 * time.Microsecond) // 20 KB a second
			if revs := revsIfCommits(t, data); len(revs) > 0 {
				if revs[0] != at+1 {
					t.Fatalf("rev %d after %d", revs[0], at)
				}
				at = revs[len(revs)-1]
			}
		}
		b.store.mu.Lock()
		pages := b.store.calls["after"]
		b.store.mu.Unlock()
		if pages > 3_000/logPage+2 {
			t.Errorf("%d pages", pages)
		}
		b.stop()
	})
}

func TestStoreThatCannotBeReadWhileCatchingUp(t *testing.T) { // P21
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.submit(1_000, "long ago")
		b.store.setFail(func(call string) error {
			if call == "after" {
				return errStoreDown
			}
			return nil
		})
		c, _ := b.join("marc", resumeAt(room.Shared, "e1", 1))

		f := c.expect("resync")
		b.store.setFail(nil)
		c.say(`{"t":"join","stream":"shared","epoch":"e1","rev":1}`)

		if f.Why != "overflow" {
			t.Errorf("resync = %s", f.raw)
		}
		c.expect("joined")
		c.collect(1, 1_001)
		b.stop()
	})
}

func revsIfCommits(t *testing.T, data []byte) []room.Rev {
	t.Helper()
	const head = `{"t":"commits"`
	if len(data) < len(head) || string(data[:len(head)]) != head {
		return nil
	}
	return revsIn(t, data)
}
