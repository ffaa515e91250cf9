package realtime

import (
	"bytes"
	"context"
	"fmt"
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

		setParticipant(b, sam.ID, room.Fields{"side": "partner"})
		f := c.until("bye")
		code := c.closed()
		b.store.grant("sam", testRoom, room.Member{ID: sam.ID, Name: sam.Name, Side: room.SidePartner, Access: room.Editor})
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

func TestHelloThatDoesNotOpenTheRoom(t *testing.T) { // P4, P6
	other := room.ID(uid(2))
	tests := map[string]struct {
		hello string
		code  string
		close int
	}{
		"unknown token":     {helloText("nobody"), "unauthorized", 4001},
		"ended session":     {helloText("sam"), "unauthorized", 4001},
		"another room's":    {helloText("foreign"), "unauthorized", 4001},
		"no token":          {`{"t":"hello","v":1,"client":"` + uid(5) + `"}`, "unauthorized", 4001},
		"another version":   {`{"t":"hello","v":2,"client":"` + uid(5) + `","token":"marc"}`, "bad_frame", 4009},
		"no hello":          {`{"t":"ping","n":1}`, "bad_frame", 4009},
		"op before hello":   {opText(room.Shared, 1, milestone, "x"), "bad_frame", 4009},
		"more than 4 KiB":   {`{"t":"hello","v":1,"client":"` + uid(5) + `","token":"` + strings.Repeat("x", 5000) + `"}`, "too_large", 4009},
		"half of an object": {`{"t":"hello",`, "bad_frame", 4009},
	}
	messages := map[string]string{}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				b.store.addRoom(t, other)
				b.store.grant("foreign", other, marc)
				b.store.end("sam")
				c, err := b.connect(nil)
				if err != nil {
					t.Fatal(err)
				}

				c.say(tt.hello)

				f := c.next()
				if f.T != "error" || f.Code != tt.code || !f.Fatal {
					t.Errorf("got %s", f.raw)
				}
				if tt.code == "unauthorized" {
					messages[f.raw] = name
				}
				if code := c.closed(); int(code) != tt.close {
					t.Errorf("closed with %d", code)
				}
				b.stop()
			})
		})
	}
	if len(messages) != 1 {
		t.Errorf("the answers tell tokens apart: %v", messages)
	}
}

func TestStoreDownAtHello(t *testing.T) { // P35
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		for _, call := range []string{"authenticate", "heads", "snapshot"} {
			b.store.setFail(func(c string) error {
				if c == call {
					return errStoreDown
				}
				return nil
			})
			c, err := b.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			c.say(helloText("marc"))
			if f := c.next(); f.T != "bye" || f.Why != "restart" || f.RetryMS < 1000 {
				t.Errorf("%s fails: %s", call, f.raw)
			}
			if code := c.closed(); code != closeRestart {
				t.Errorf("%s fails: closed with %d", call, code)
			}
		}
		b.store.setFail(nil)
		b.join("marc")
		b.stop()
	})
}

func TestFullRoomTurnsSocketsAway(t *testing.T) { // I12
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{options: Options{MaxMembers: 2}})
		b.join("priya")
		b.join("marc")
		c, err := b.connect(nil)
		if err != nil {
			t.Fatal(err)
		}

		c.say(helloText("sam"))

		if f := c.next(); f.T != "error" || f.Code != "rate" {
			t.Errorf("got %s", f.raw)
		}
		if code := c.closed(); code != closeTooFast {
			t.Errorf("closed with %d", code)
		}
		b.stop()
	})
}

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
