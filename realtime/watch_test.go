package realtime

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// awayBroker is a broker that may be away: then it drops everything.
type awayBroker struct {
	*MemoryBroker
	mu   sync.Mutex // guards the field below
	away bool
}

func (b *awayBroker) Down() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.away
}

func (b *awayBroker) set(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = away
}

func (b *awayBroker) Publish(ctx context.Context, topic string, message []byte) error {
	if b.Down() {
		return errStoreDown
	}
	return b.MemoryBroker.Publish(ctx, topic, message)
}

// Whenever in its ten seconds the broker goes away, what others commit from then
// on is there within a second.
func TestHubNoticesThatTheBrokerIsAway(t *testing.T) { // P30, I13
	for _, healthy := range []time.Duration{0, 3 * time.Second, 8 * time.Second, 35 * time.Second} {
		t.Run(healthy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				broker := &awayBroker{MemoryBroker: NewMemoryBroker()}
				b := newBench(t, setup{broker: broker})
				c, _ := b.join("marc")
				time.Sleep(healthy)
				broker.set(true)
				for i := range 20 {
					start := time.Now()
					b.store.commitBehind(t, testRoom, room.Shared, 1)

					c.collect(room.Rev(1+i), room.Rev(2+i))

					if took := time.Since(start); took > time.Second {
						t.Errorf("commit %d took %v", i, took)
					}
				}
				if !b.hub.Degraded() {
					t.Error("the hub says that all is well")
				}
				b.stop()
			})
		})
	}
}

// What was lost just before the broker came back is found at once, not by the
// next check of a healthy hub, and only a full comparison ends the trouble.
func TestHubComparesEverythingBeforeItTrustsAgain(t *testing.T) { // P30
	synctest.Test(t, func(t *testing.T) {
		broker := &awayBroker{MemoryBroker: NewMemoryBroker(), away: true}
		b := newBench(t, setup{broker: broker})
		c, _ := b.join("marc")
		time.Sleep(time.Second)
		b.store.setFail(func(call string) error {
			if call == "heads" {
				return errStoreDown
			}
			return nil
		})
		b.store.commitBehind(t, testRoom, room.Shared, 1)
		broker.set(false)
		time.Sleep(5 * time.Second)
		if !b.hub.Degraded() {
			t.Error("the hub is healthy without having compared")
		}
		b.store.setFail(nil)
		start := time.Now()

		c.collect(1, 2)

		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		time.Sleep(time.Second)
		if b.hub.Degraded() {
			t.Error("the hub is degraded still")
		}
		b.stop()
	})
}

// A healthy hub asks every ten seconds, give or take a quarter, and a degraded
// one every 0.4 s.
func TestPositionPeriods(t *testing.T) { // P30
	synctest.Test(t, func(t *testing.T) {
		broker := &awayBroker{MemoryBroker: NewMemoryBroker()}
		b := newBench(t, setup{broker: broker})
		r, err := b.hub.acquire(t.Context(), testRoom)
		if err != nil {
			t.Fatal(err)
		}
		defer b.hub.release(r)
		asked := func(d time.Duration) int {
			before := b.store.count("heads")
			time.Sleep(d)
			return b.store.count("heads") - before
		}
		if n := asked(100 * time.Second); n < 7 || n > 14 {
			t.Errorf("healthy, it asked %d times in 100 s", n)
		}
		broker.set(true)
		if n := asked(100 * time.Second); n < 190 || n > 340 {
			t.Errorf("degraded, it asked %d times in 100 s", n)
		}
		b.stop()
	})
}

// When a connection to the broker breaks, all its rooms are told at once. The
// store is asked about all of them together.
func TestManySuspectRoomsCostFewReads(t *testing.T) { // P31
	synctest.Test(t, func(t *testing.T) {
		store := newMemStore(t)
		var ids []room.ID
		for i := range 1_200 {
			id := room.ID(uid(0x10_0000 + i))
			store.addRoom(t, id)
			ids = append(ids, id)
		}
		b := newBench(t, setup{store: store})
		var rooms []*liveRoom
		for _, id := range ids {
			r, err := b.hub.acquire(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			defer b.hub.release(r)
			rooms = append(rooms, r)
		}
		last := ids[len(ids)-1]
		store.commitBehind(t, last, room.Shared, 1)
		before := store.count("heads")

		for _, r := range rooms {
			r.Lost()
		}
		time.Sleep(time.Second)

		if n := store.count("heads") - before; n > 8 { // three chunks, at most twice, and what the repair asks
			t.Errorf("%d reads for %d rooms", n, len(rooms))
		}
		if head, _ := b.hub.Head(last); head.Revs[room.Shared] != 2 {
			t.Errorf("the room that missed a commit is at %v", head.Revs)
		}
		b.stop()
	})
}

// A Redis that is frozen freezes what is known of other servers' members. When it
// comes back, a server that is gone is forgotten and one that lives is not.
func TestPresenceFreezesWhileTheBrokerIsAway(t *testing.T) { // P41
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), &awayBroker{MemoryBroker: NewMemoryBroker()}
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		three := newBench(t, setup{store: store, broker: broker})
		c, _ := one.join("priya")
		stays, lives := two.join("marc")
		_, dies := three.join("sam")
		settle(c)

		broker.set(true)
		three.stop() // without a word, as if killed
		c.undisturbed(50 * time.Second)
		for _, living := range []*client{c, stays} {
			living.say(`{"t":"ping","n":1}`)
			living.until("pong")
		}
		broker.set(false)
		c.patience = 50 * time.Second
		back := time.Now()
		gone := c.presence()
		took := time.Since(back)
		settle(c)
		_, w := one.join("pat")

		if len(gone.Leave) != 1 || gone.Leave[0] != dies.Session || gone.Count != 2 {
			t.Errorf("gone: %s", gone.raw)
		}
		if took < peerTimeout-peerEvery || took > peerTimeout+2*peerCheck {
			t.Errorf("it took %v", took)
		}
		if len(w.Here) != 3 || !strings.Contains(w.raw, lives.Session) {
			t.Errorf("here are %s, want %s among three", w.raw, lives.Session)
		}
		two.stop()
		one.stop()
	})
}
