package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// tappedBroker keeps the presence messages that pass.
type tappedBroker struct {
	*MemoryBroker
	mu       sync.Mutex // guards the field below
	presence []presenceMessage
}

func (b *tappedBroker) Publish(ctx context.Context, topic string, message []byte) error {
	if kind, _, rest, err := splitMessage(message); err == nil && kind == messagePresence {
		var m presenceMessage
		if err := json.Unmarshal(rest, &m); err != nil {
			return err
		}
		b.mu.Lock()
		b.presence = append(b.presence, m)
		b.mu.Unlock()
	}
	return b.MemoryBroker.Publish(ctx, topic, message)
}

func (b *tappedBroker) take() (all []presenceMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, b.presence = b.presence, nil
	return all
}

// guests lets n named guests and n/4 watchers into the room, over one server.
func (b *bench) guests(n int) (all []*client) {
	b.Helper()
	for i := range n {
		token := fmt.Sprintf("guest-%d", i)
		guest := room.Member{ID: room.RecordID(uid(0x5000 + i)), Name: token, Side: room.SideBuyer, Access: room.Viewer}
		b.store.rooms[testRoom].decide(b, room.Request{Internal: true, Stream: room.Shared, Ops: []room.Op{{Kind: room.KindJoin, ID: guest.ID,
			Set: room.Fields{"name": guest.Name, "side": string(guest.Side), "access": string(guest.Access)}}}})
		b.store.grant(token, testRoom, guest)
	}
	for i := range n + n/4 {
		c, err := b.connect(nil)
		if err != nil {
			b.Fatal(err)
		}
		token := fmt.Sprintf("guest-%d", i)
		if i >= n {
			token = "watcher"
		}
		c.say(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":%q}`, uid(0x7000+i), token))
		c.expect("welcome")
		time.Sleep(10 * time.Millisecond)
		all = append(all, c)
	}
	return all
}

// Servers tell each other of a crowd as numbers and fifty entries, however many
// there are; when it has gone, of everybody again. // P26, P41, I12
func TestCrowdOnAnotherServerIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), &tappedBroker{MemoryBroker: NewMemoryBroker()}
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		c, w := one.join("priya")
		known := map[string]bool{}
		track(known, w)
		const people = crowd + 20
		guests := two.guests(people)
		settle2(c, known)
		_, late := one.join("sam")

		if late.Count != people+2 || late.Watching != people/4 || len(late.Here) != listedMembers {
			t.Errorf("sam sees %d of %d, and %d watching", len(late.Here), late.Count, late.Watching)
		}
		if len(known) != listedMembers {
			t.Errorf("priya knows %d", len(known))
		}
		broker.take()
		time.Sleep(40 * time.Second)
		for _, m := range broker.take() {
			if n := len(m.Visitors); n > listedMembers {
				t.Errorf("a message names %d visitors", n)
			}
		}
		for _, g := range guests[30:] {
			_ = g.ws.CloseNow()
		}
		time.Sleep(10 * time.Second)
		c.say(`{"t":"ping","n":1}`)
		settle2(c, known)
		_, last := one.join("pat")
		if last.Count != 30+3 || last.Watching != 0 || len(last.Here) != 30+3 {
			t.Errorf("pat sees %d of %d, and %d watching", len(last.Here), last.Count, last.Watching)
		}
		one.stop()
		two.stop()
	})
}

// A visitor that moves to another server and shows nothing new there is that
// server's to speak for: the one it left does not take it away. // P41
func TestVisitorThatMovesStaysForAThirdServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), NewMemoryBroker()
		var servers []*bench
		for range 3 {
			servers = append(servers, newBench(t, setup{store: store, broker: broker}))
		}
		watching, _ := servers[2].join("priya")
		here, _ := servers[0].join("sam")
		before, w := servers[1].join("marc")
		settle(watching, here)

		_ = before.ws.CloseNow()
		time.Sleep(time.Second)
		servers[0].join("marc")

		watching.undisturbed(20 * time.Second)
		_, last := servers[2].join("pat")
		found := false
		for _, e := range last.Here {
			found = found || e.Session == w.Session
		}
		if !found || last.Count != 4 {
			t.Errorf("pat sees %s", last.raw)
		}
		for _, s := range servers {
			s.stop()
		}
	})
}

// Everything is told every fifteen seconds while another server is there, and
// changes within a tenth of a second. // P41
func TestPresencePeriodsBetweenServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), &tappedBroker{MemoryBroker: NewMemoryBroker()}
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		a, _ := one.join("priya")
		b, _ := two.join("marc")
		settle(a, b)
		broker.take()

		time.Sleep(50 * time.Second)
		full := 0
		for _, m := range broker.take() {
			if m.Full {
				full++
			}
		}
		if full < 6 || full > 8 { // three or four from each: the hub looks every 0.4 s whether one is due
			t.Errorf("%d full lists in 50 s", full)
		}
		b.say(focusText(milestone, "due", "1 Ju"))
		start := time.Now()
		if f := a.presence(); len(f.Update) != 1 || time.Since(start) > 2*presenceEvery {
			t.Errorf("after %v: %s", time.Since(start), f.raw)
		}
		one.stop()
		two.stop()
	})
}
