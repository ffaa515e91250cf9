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

func TestRevokedSessionsEndWithinTwoSeconds(t *testing.T) { // P36
	tests := map[string]struct {
		failing bool
		revoke  func(b *bench, other *Hub)
	}{
		"told on this server":          {revoke: func(b *bench, _ *Hub) { b.hub.Recheck(context.Background(), testRoom) }},
		"told on another server":       {revoke: func(_ *bench, other *Hub) { other.Recheck(context.Background(), testRoom) }},
		"told while the store hiccups": {failing: true, revoke: func(b *bench, _ *Hub) { b.hub.Recheck(context.Background(), testRoom) }},
		"seen from a participant's commit": {revoke: func(b *bench, _ *Hub) {
			v, err := b.hub.Submit(context.Background(), testRoom, room.Request{
				Member: priya, Session: "session-priya", Client: room.ClientID(uid(0xaa)), Stream: room.Shared, Seq: 1,
				Ops: []room.Op{{Kind: room.KindRevoke, ID: marc.ID}},
			})
			if err != nil || v.Err != nil {
				b.Errorf("revoking: %v %v", v.Err, err)
			}
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, broker := newMemStore(t), NewMemoryBroker()
				b := newBench(t, setup{store: store, broker: broker})
				other := newBench(t, setup{store: store, broker: broker})
				c, _ := b.join("marc")
				stays, _ := b.join("priya")
				start := time.Now()
				if !strings.HasPrefix(name, "seen") {
					store.end("marc")
				}
				if tt.failing {
					failures := 2
					store.setFail(func(call string) error {
						if call == "live" && failures > 0 {
							failures--
							return errStoreDown
						}
						return nil
					})
				}

				tt.revoke(b, other.hub)

				if f := c.until("bye"); f.Why != "revoked" {
					t.Errorf("got %s", f.raw)
				}
				if code := c.closed(); code != closeNoAccess {
					t.Errorf("closed with %d", code)
				}
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
				stays.say(`{"t":"ping","n":1}`)
				stays.until("pong")
				b.stop()
				other.stop()
			})
		})
	}
}

// The broker loses the news of a revocation: the comparison with the store finds
// it, within two seconds where the broker is known to be down. // P36
func TestRevocationThatNobodyHearsOfIsFound(t *testing.T) {
	for name, tt := range map[string]struct {
		down   bool
		within time.Duration
	}{
		"the broker is down":   {true, 2 * time.Second},
		"one message was lost": {false, positionEvery * 5 / 4 * 11 / 10},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				broker := &awayBroker{MemoryBroker: NewMemoryBroker()}
				b := newBench(t, setup{broker: broker})
				c, _ := b.join("marc")
				stays, _ := b.join("priya")
				broker.set(tt.down)
				b.store.end("marc")
				b.store.mu.Lock()
				b.store.revoked = true
				b.store.mu.Unlock()
				start := time.Now()

				if f := c.until("bye"); f.Why != "revoked" || time.Since(start) > tt.within {
					t.Errorf("after %v: %s", time.Since(start), f.raw)
				}
				stays.say(`{"t":"ping","n":1}`)
				stays.until("pong")
				b.stop()
			})
		})
	}
}

// A revocation between hello's authentication and the welcome is not overlooked.
func TestRevokedDuringTheHandshake(t *testing.T) { // P36
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.store.setFail(func(call string) error {
			if call == "heads" { // the room is being loaded: hello was authenticated
				b.store.end("marc")
				b.hub.Recheck(context.Background(), testRoom)
			}
			return nil
		})
		c, err := b.connect(nil)
		if err != nil {
			t.Fatal(err)
		}

		c.say(helloText("marc"))

		if f := c.next(); f.T != "error" || f.Code != "unauthorized" {
			t.Errorf("got %s", f.raw)
		}
		if code := c.closed(); code != closeSignIn {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

func TestGrantsAreReadEveryMinute(t *testing.T) { // P36
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		c.patience = 2 * time.Minute
		var pings sync.WaitGroup
		pings.Go(func() {
			for c.trySay(`{"t":"ping","n":1}`) == nil {
				time.Sleep(heartbeat)
			}
		})
		time.Sleep(5 * time.Second)
		b.store.end("marc") // nobody tells
		start := time.Now()

		c.until("bye")

		if took := time.Since(start); took > 75*time.Second {
			t.Errorf("it took %v", took)
		}
		c.closed()
		b.stop()
		pings.Wait()
	})
}

func TestExpiryEndsTheSocketInTime(t *testing.T) { // P38
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.store.mu.Lock()
		grant := b.store.grants["marc"]
		grant.Expires = time.Now().Add(30 * time.Second)
		b.store.grants["marc"] = grant
		b.store.mu.Unlock()
		c, _ := b.join("marc")
		c.patience = time.Minute
		start := time.Now()

		f := c.until("bye")

		if took := time.Since(start); took < 29*time.Second || took > 31*time.Second {
			t.Errorf("it took %v", took)
		}
		if code := c.closed(); f.Why != "expired" || code != closeSignIn {
			t.Errorf("got %s and %d", f.raw, code)
		}
		b.stop()
	})
}

// A portal that vouches again moves the end of a session while its socket is open.
func TestExpiryMovesWithTheSession(t *testing.T) { // P38
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		until := func(end time.Time) {
			b.store.mu.Lock()
			defer b.store.mu.Unlock()
			grant := b.store.grants["marc"]
			grant.Expires = end
			b.store.grants["marc"] = grant
		}
		start := time.Now()
		until(start.Add(30 * time.Second))
		c, _ := b.join("marc")
		c.patience = time.Minute
		time.Sleep(20 * time.Second)

		until(start.Add(50 * time.Second))
		b.hub.Recheck(context.Background(), testRoom)
		f := c.until("bye")

		if took := time.Since(start); took < 49*time.Second || took > 51*time.Second {
			t.Errorf("it took %v", took)
		}
		if code := c.closed(); f.Why != "expired" || code != closeSignIn {
			t.Errorf("got %s and %d", f.raw, code)
		}
		b.stop()
	})
}

func setParticipant(b *bench, id room.RecordID, set room.Fields) {
	b.Helper()
	b.seq++
	v, err := b.hub.Submit(context.Background(), testRoom, room.Request{
		Member: room.Member{Side: room.SideSeller, Access: room.Owner}, Client: room.ClientID(uid(0xa1)),
		Stream: room.Shared, Seq: b.seq, Ops: []room.Op{{Kind: "participant.update", ID: id, Set: set}},
	})
	if err != nil || v.Err != nil {
		b.Fatalf("changing a participant: %v %v", v.Err, err)
	}
}

func TestChangedAccessHasEffectAtOnce(t *testing.T) { // P36
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")

		setParticipant(b, marc.ID, room.Fields{"access": "viewer"})
		c.until("commits")
		c.say(opText(room.Shared, 1, milestone, "Mine"))

		if f := c.until("reject"); f.Code != "forbidden" {
			t.Errorf("got %s", f.raw)
		}
		b.stop()
	})
}

func TestChangedNameIsShownInPresence(t *testing.T) { // P25
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		marcs, _ := b.join("marc")
		settle(c, marcs)

		setParticipant(b, marc.ID, room.Fields{"name": "Marc O."})
		c.expect("commits")

		if f := c.presence(); len(f.Update) != 1 || f.Update[0].Name != "Marc O." {
			t.Errorf("got %s", f.raw)
		}
		b.stop()
	})
}

func TestChangedSideComesBackForOtherStreams(t *testing.T) { // P36
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("sam")

		moved := room.Member{ID: sam.ID, Name: sam.Name, Side: room.SidePartner, Access: room.Editor}
		b.store.mu.Lock()
		b.store.moved = map[room.RecordID]room.Member{sam.ID: moved}
		b.store.mu.Unlock()
		b.store.grant("sam", testRoom, moved)
		b.hub.Recheck(context.Background(), testRoom)
		f := c.until("bye")
		code := c.closed()
		_, w := b.join("sam")

		if f.Why != "restart" || f.RetryMS == 0 || code != closeRestart {
			t.Errorf("got %s and %d", f.raw, code)
		}
		if len(w.Streams) != 1 {
			t.Errorf("welcome = %s", w.raw)
		}
		b.stop()
	})
}
