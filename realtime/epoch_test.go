package realtime

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// startsOver reads until the shared stream was resynced for its epoch, joins
// again and returns the answer.
func (c *client) startsOver() frame {
	c.Helper()
	for f := c.until("resync"); f.Stream != room.Shared || f.Why != "epoch"; f = c.until("resync") {
	}
	c.say(`{"t":"join","stream":"shared"}`)
	return c.until("joined")
}

// A store that has less than a server knows, in the same epoch, went back in
// time. The server that sees it begins another epoch, so that nobody goes on from
// what was lost: also who is away, and other servers.
func TestLogThatWentBackBeginsAnotherEpoch(t *testing.T) { // P32, I4
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), NewMemoryBroker()
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		a, _ := one.join("marc")
		b, _ := two.join("pat")
		one.submit(5, "lost")
		a.collect(1, 6)
		b.until("commits")
		store.rewind(t, testRoom)

		for _, c := range []*client{a, b} {
			if f := c.startsOver(); f.Epoch != "e2" || f.Rev != 1 || len(f.Snapshot) == 0 {
				t.Errorf("joined = %s", f.raw)
			}
		}
		store.commitBehind(t, testRoom, room.Shared, 10) // beyond where it was
		_, w := two.join("marc", resumeAt(room.Shared, "e1", 6))
		if e := w.entry(room.Shared); e.Resumed || e.Epoch != "e2" {
			t.Errorf("a client from before went on: %+v", e)
		}
		if n := store.count("newEpoch"); n > 4 {
			t.Errorf("%d epochs for one fault", n)
		}
		one.stop()
		two.stop()
	})
}

// The store went back and on again before anybody looked: the same rev arrives
// with other content.
func TestRevGivenOutTwiceBeginsAnotherEpoch(t *testing.T) { // P32, I15
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.submit(3, "lost")
		c.collect(1, 4)
		b.store.rewind(t, testRoom)
		bodies := b.store.commitBehind(t, testRoom, room.Shared, 5)

		other := newBatch(room.Shared, "e1", 2, bodies)
		_ = b.broker.Publish(t.Context(), string(testRoom), commitsMessage(99, origin{sent: time.Now()}, room.Shared, "e1", other))
		start := time.Now()

		if f := c.startsOver(); f.Epoch != "e2" || f.Rev != 6 {
			t.Errorf("joined = %s", f.raw)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		b.stop()
	})
}

// The store is in another epoch while this server still repairs in the old one:
// commits of the new history are not put on top of the old. // P32, I4
func TestRepairDoesNotMixHistories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		b.submit(3, "lost")
		c.collect(1, 4)
		b.store.newEpoch(t, testRoom)
		b.store.commitBehind(t, testRoom, room.Shared, 6) // beyond where it was

		r, err := b.hub.acquire(t.Context(), testRoom)
		if err != nil {
			t.Fatal(err)
		}
		defer b.hub.release(r)
		r.repair(r.channels[0])
		synctest.Wait()
		for len(c.frames) > 0 {
			if f := <-c.frames; f.T == "commits" {
				t.Errorf("got %s", f.raw)
			}
		}
		c.say(`{"t":"join","stream":"shared"}`)

		if f := c.until("joined"); f.Epoch != "e2" || f.Rev != 7 {
			t.Errorf("joined = %s", f.raw)
		}
		b.stop()
	})
}

// The store goes over to another history while a member is being brought up to
// date from the log, and no query has told this server yet. // P32, I4
func TestCatchUpDoesNotMixHistories(t *testing.T) {
	for name, change := range map[string]func(*memStore){
		"another epoch":  func(m *memStore) { m.newEpoch(t, testRoom) },
		"the same epoch": func(m *memStore) { m.rewind(t, testRoom) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newMemStore(t)
				store.commitBehind(t, testRoom, room.Shared, 8) // in the log, in no window
				b := newBench(t, setup{store: store})
				var once sync.Once
				store.setFail(func(call string) error {
					if call == "after" {
						once.Do(func() {
							change(store)
							store.commitBehind(t, testRoom, room.Shared, 4) // behind where it was, beyond the member
						})
					}
					return nil
				})

				c, w := b.join("marc", resumeAt(room.Shared, "e1", 2))
				if !w.entry(room.Shared).Resumed {
					t.Fatalf("welcome = %s", w.raw)
				}

				for f := c.next(); f.T != "resync" || f.Why != "epoch"; f = c.next() {
					if f.T == "commits" {
						t.Fatalf("got %s", f.raw)
					}
				}
				c.say(`{"t":"join","stream":"shared"}`)
				for f := c.until("joined"); f.Epoch != "e2"; f = c.until("joined") { // it may come before the check
					c.until("resync")
					c.say(`{"t":"join","stream":"shared"}`)
				}
				b.stop()
			})
		})
	}
}
