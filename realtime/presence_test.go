package realtime

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/room"
)

// presence returns the next presence frame.
func (c *client) presence() frame {
	c.Helper()
	f := c.next()
	if f.T != "presence" {
		c.Fatalf("got %s, want presence", f.raw)
	}
	return f
}

// undisturbed fails if any frame comes.
func (c *client) undisturbed(d time.Duration) {
	c.Helper()
	select {
	case f := <-c.frames:
		c.Fatalf("unexpected %s", f.raw)
	case <-time.After(d):
	}
}

func focusText(id room.RecordID, field, draft string) string {
	return fmt.Sprintf(`{"t":"presence","focus":{"entity":"milestone","id":%q,"field":%q},"editing":true,"draft":%q,"view":"plan"}`, id, field, draft)
}

// settle passes over the presence frames of people coming.
func settle(clients ...*client) {
	time.Sleep(time.Second)
	for _, c := range clients {
		for len(c.frames) > 0 {
			<-c.frames
		}
	}
}

func TestPresenceTellsWhoComesAndGoes(t *testing.T) { // P25
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		settle(c)

		other, w := b.join("marc")
		join := c.presence()
		watcher, _ := b.join("watcher")
		watching := c.presence()
		_ = other.ws.CloseNow()
		_ = watcher.ws.CloseNow()
		left := time.Now()
		leave := c.presence()

		if len(join.Join) != 1 || join.Join[0].Session != w.Session || join.Join[0].Name != marc.Name || join.Count != 2 {
			t.Errorf("join = %s", join.raw)
		}
		if watching.Watching != 1 || len(watching.Join) != 0 {
			t.Errorf("watching = %s", watching.raw)
		}
		if took := time.Since(left); took < leaveGrace || took > leaveGrace+time.Second {
			t.Errorf("left after %v", took)
		}
		if len(leave.Leave) == 0 { // the watcher left a moment earlier
			leave = c.presence()
		}
		if len(leave.Leave) != 1 || leave.Leave[0] != w.Session {
			t.Errorf("leave = %s", leave.raw)
		}
		time.Sleep(time.Second)
		if len(c.frames) > 0 { // or later
			leave = c.presence()
		}
		if leave.Watching != 0 || leave.Count != 1 {
			t.Errorf("leave = %s", leave.raw)
		}
		b.stop()
	})
}

func TestReconnectDoesNotFlicker(t *testing.T) { // P25
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		other, w := b.join("marc")
		settle(c)

		_ = other.ws.CloseNow()
		time.Sleep(4 * time.Second)
		again, w2 := b.join("marc")
		settle(again)

		if w.Session != w2.Session || len(w2.Here) != 2 {
			t.Errorf("session %s became %s; here = %+v", w.Session, w2.Session, w2.Here)
		}
		c.undisturbed(10 * time.Second)
		b.stop()
	})
}

func TestPresenceIsCoalesced(t *testing.T) { // P24
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("priya")
		other, _ := b.join("marc")
		settle(c, other)

		for i := range 50 { // half a second of typing, far too fast
			other.say(focusText(milestone, "title", fmt.Sprint("draft ", i)))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)

		if n := len(c.frames); n < 2 || n > 7 {
			t.Errorf("%d frames for half a second", n)
		}
		var last frame
		for len(c.frames) > 0 {
			last = c.presence()
		}
		if len(last.Update) != 1 || last.Update[0].Draft != "draft 49" || !last.Update[0].Editing || last.Update[0].Focus.Field != "title" {
			t.Errorf("last = %s", last.raw)
		}
		b.stop()
	})
}

// Where somebody is in a private record is nobody else's business, whatever the
// client says about it.
func TestFocusOnPrivateThingsStaysWithItsSide(t *testing.T) { // P27, I11
	tests := map[string]struct {
		frame  string
		shared bool // everybody may see it
	}{
		"a shared milestone":                      {focusText(milestone, "title", "Sig"), true},
		"a private one, not named so":             {focusText(secret, "title", "Floor 80"), false},
		"a private one, said to be shared":        {strings.Replace(focusText(secret, "title", "Floor 80"), `"field"`, `"stream":"shared","field"`, 1), false},
		"a private one, named so":                 {strings.Replace(focusText(secret, "title", "Floor 80"), `"field"`, `"stream":"seller","field"`, 1), false},
		"a shared one, said to be private":        {strings.Replace(focusText(milestone, "title", "Floor 80"), `"field"`, `"stream":"seller","field"`, 1), false},
		"a record that is not there":              {focusText(room.RecordID(uid(0x999)), "title", "Floor 80"), false},
		"a private field of a shared record":      {`{"t":"presence","focus":{"entity":"room","id":"` + string(testRoom) + `","field":"amount"},"editing":true,"draft":"80","view":"plan"}`, false},
		"another field of the same shared record": {`{"t":"presence","focus":{"entity":"room","id":"` + string(testRoom) + `","field":"name"},"editing":true,"draft":"Acme","view":"plan"}`, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{})
				author, _ := b.join("priya")
				same, _ := b.join("sam")
				buyer, _ := b.join("marc")
				partner, _ := b.join("pat")
				author.say(`{"t":"presence","view":"plan"}`)
				settle(author, same, buyer, partner)

				author.say(tt.frame)
				time.Sleep(time.Second)

				if f := lastPresence(same); len(f.Update) != 1 || f.Update[0].Focus == nil || f.Update[0].Draft == "" {
					t.Errorf("the same side got %s", f.raw)
				}
				for _, c := range []*client{buyer, partner} {
					f := lastPresence(c)
					if tt.shared && (len(f.Update) != 1 || f.Update[0].Focus == nil || f.Update[0].Draft == "") {
						t.Errorf("others got %s", f.raw)
					}
					if !tt.shared && f.raw != "" {
						t.Errorf("others got %s", f.raw)
					}
				}
				_, late := b.join("watcher")
				if leaks := strings.Contains(late.raw, `"draft":"Floor 80"`) || strings.Contains(late.raw, string(secret)); leaks {
					t.Errorf("welcome = %s", late.raw)
				}
				b.stop()
			})
		})
	}
}

func lastPresence(c *client) (f frame) {
	c.Helper()
	for len(c.frames) > 0 {
		f = c.presence()
	}
	return f
}

func TestFocusFollowsItsRecordWhenItIsPublished(t *testing.T) { // P27
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		author, _ := b.join("priya")
		buyer, _ := b.join("marc")
		author.say(focusText(secret, "title", "Floor 80"))
		settle(author, buyer)

		author.say(fmt.Sprintf(`{"t":"op","stream":"seller","seq":1,"op":{"kind":"milestone.publish","id":%q}}`, secret))
		buyer.expect("commits")
		if f := buyer.presence(); len(f.Update) != 1 || f.Update[0].Focus == nil || f.Update[0].Focus.ID != secret {
			t.Errorf("published: %s", f.raw)
		}
		settle(author, buyer)
		author.say(fmt.Sprintf(`{"t":"op","stream":"shared","seq":1,"op":{"kind":"milestone.withdraw","id":%q}}`, secret))
		buyer.expect("commits")
		if f := buyer.presence(); len(f.Update) != 1 || f.Update[0].Focus != nil || f.Update[0].Draft != "" {
			t.Errorf("withdrawn: %s", f.raw)
		}
		b.stop()
	})
}

func TestPresenceIsRefusedWithoutEndingTheSocketWhereItOnlyLacksAccess(t *testing.T) { // P23
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		c, _ := b.join("marc")
		c.say(`{"t":"presence","focus":{"entity":"milestone","id":"` + string(secret) + `","stream":"seller"}}`)
		if f := c.expect("error"); f.Code != "unauthorized" || f.Fatal {
			t.Errorf("got %s", f.raw)
		}
		c.say(`{"t":"ping","n":1}`)
		c.expect("pong")
		b.stop()
	})
}

func TestCrowdIsCountedAndCut(t *testing.T) { // P26
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		const people = crowd + 20
		for i := range people {
			token := fmt.Sprintf("guest-%d", i)
			guest := room.Member{ID: room.RecordID(uid(0x5000 + i)), Name: token, Side: room.SideBuyer, Access: room.Viewer}
			b.store.rooms[testRoom].decide(t, room.Request{Internal: true, Stream: room.Shared, Ops: []room.Op{{Kind: room.KindJoin, ID: guest.ID,
				Set: room.Fields{"name": guest.Name, "side": string(guest.Side), "access": string(guest.Access)}}}})
			b.store.grant(token, testRoom, guest)
		}
		var all []*client
		known := map[string]bool{}
		for i := range people {
			c, err := b.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			c.say(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":"guest-%d"}`, uid(0x7000+i), i))
			w := c.expect("welcome")
			if i == 0 {
				track(known, w)
			}
			time.Sleep(10 * time.Millisecond)
			all = append(all, c)
		}
		settle2(all[0], known)
		if len(known) != listedMembers {
			t.Errorf("the first member knows %d of %d", len(known), people)
		}
		for _, c := range all[60:] {
			_ = c.ws.CloseNow()
		}
		time.Sleep(10 * time.Second)
		settle2(all[0], known)
		if len(known) != 60 {
			t.Errorf("after some left, the first member knows %d of 60", len(known))
		}
		b.stop()
	})
}

// In a crowd somebody comes all the time; to tell everybody at once of each would
// cost members times members. The number is right in the end. // P24
func TestPresenceOfACrowdComesSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{})
		b.store.grant("watcher", testRoom, room.Member{Access: room.Viewer})
		enter := func(i int) *client {
			c, err := b.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			c.say(fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":"watcher"}`, uid(0x7000+i)))
			c.expect("welcome")
			return c
		}
		first := enter(0)
		const people = 400
		for i := range people {
			enter(i + 1)
		}
		time.Sleep(2 * time.Second)
		for len(first.frames) > 0 {
			<-first.frames
		}

		var last frame
		frames := 0
		for i := range 40 { // one every 50 ms: at most 20 frames, were each flush told
			enter(people + 1 + i)
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		for len(first.frames) > 0 {
			last = <-first.frames
			frames++
		}

		if frames < 3 || frames > 8 {
			t.Errorf("%d frames for two seconds of coming in a crowd of %d", frames, people)
		}
		if last.Watching != people+41 {
			t.Errorf("the last says %d are watching, of %d: %s", last.Watching, people+41, last.raw)
		}
		b.stop()
	})
}

func track(known map[string]bool, f frame) {
	for _, list := range [][]presenceEntry{f.Here, f.Join, f.Update} {
		for _, e := range list {
			known[e.Session] = true
		}
	}
	for _, session := range f.Leave {
		delete(known, session)
	}
}

func settle2(c *client, known map[string]bool) {
	time.Sleep(time.Second)
	for len(c.frames) > 0 {
		track(known, <-c.frames)
	}
}

func TestPresenceSpansServers(t *testing.T) { // P31
	synctest.Test(t, func(t *testing.T) {
		store, broker := newMemStore(t), NewMemoryBroker()
		one := newBench(t, setup{store: store, broker: broker})
		two := newBench(t, setup{store: store, broker: broker})
		a, _ := one.join("priya")
		settle(a)
		c, w := two.join("marc")
		settle(c)

		join := a.presence()
		c.say(focusText(milestone, "due", "1 Ju"))
		time.Sleep(time.Second)
		update := lastPresence(a)
		a.say(focusText(secret, "due", "Floor"))
		settle(c)
		_, late := two.join("sam")
		_ = c.ws.CloseNow()
		settle(a)
		moved, w2 := one.join("marc") // to the other server, within the grace
		settle(moved)
		stays := lastPresence(a)
		two.stop() // without a word, as if killed
		time.Sleep(time.Minute)
		gone := lastPresence(a)

		if len(join.Join) != 1 || join.Join[0].Participant != marc.ID {
			t.Errorf("join = %s", join.raw)
		}
		if len(update.Update) != 1 || update.Update[0].Draft != "1 Ju" {
			t.Errorf("update = %s", update.raw)
		}
		if len(late.Here) != 3 || !strings.Contains(late.raw, `"draft":"Floor"`) {
			t.Errorf("sam's welcome = %s", late.raw)
		}
		if w.Session != w2.Session || strings.Contains(stays.raw, `"leave":["`+w.Session) {
			t.Errorf("marc moved: %s", stays.raw)
		}
		if len(gone.Leave) != 1 || gone.Count != 2 {
			t.Errorf("after the server is gone: %s", gone.raw)
		}
		one.stop()
	})
}
