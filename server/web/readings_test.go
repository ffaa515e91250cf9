package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"parley/room"
)

// agreedLog fills the fake's shared log with a plan that both sides agreed on,
// and moves of one of its dates.
func (f *fake) agreedLog(moves int) {
	f.logs[room.Shared] = nil
	people := []room.Change{{Entity: room.RoomEntity, ID: room.RecordID(roomA), Set: room.Fields{
		"time_zone": "UTC", "seller_company": "Northwind", "buyer_company": "Acme",
	}}}
	for _, p := range f.people {
		people = append(people, room.Change{Entity: room.Participant, ID: p.ID, Set: room.Fields{"name": p.Name, "side": string(p.Side)}})
	}
	f.log("group", people...)
	f.log("milestone.add", room.Change{Entity: room.Milestone, ID: clientMilestone, Set: room.Fields{
		"title": "Security review", "status": "not_started", "due": "2020-10-12", "agreed_due": "2020-10-12", "buyer_owner": string(marc), "seller_owner": string(priya),
	}})
	for range moves {
		f.move()
	}
}

const clientMilestone = room.RecordID("40000000-0000-4000-8000-000000000001")

func (f *fake) move() {
	n := len(f.logs[room.Shared])
	f.log(room.KindReschedule, room.Change{Entity: room.Milestone, ID: clientMilestone,
		Set: room.Fields{"due": fmt.Sprintf("2026-11-%02d", n%28+1), "moved_by": "buyer"},
		Was: room.Fields{"due": fmt.Sprintf("2026-11-%02d", (n-1)%28+1), "moved_by": nil}})
}

func (f *fake) log(kind room.Kind, changes ...room.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logs[room.Shared] = append(f.logs[room.Shared], room.EncodeCommit(room.Commit{
		Rev: room.Rev(len(f.logs[room.Shared]) + 1), By: new(marc), At: "2026-11-01T10:00:00.000000Z", Kind: kind, Changes: changes,
	}))
}

// Each reads the sums of both sides, and of people only its own.
func TestLedgerNamesPeopleToTheirOwnSide(t *testing.T) {
	a := newApp(t)
	a.fake.agreedLog(2)
	for who, people := range map[string]string{"priya": string(priya), "marc": string(marc), "watcher": ""} {
		got := a.get("/api/v1/rooms/"+string(roomA)+"/ledger", as(who)).ok(http.StatusOK)
		var named string
		for _, p := range got["people"].([]any) {
			named += p.(map[string]any)["person"].(string)
		}
		buyer := got["buyer"].(map[string]any)
		if named != people || buyer["words"] != "Acme kept 0 of 1 agreed date" || buyer["moves"] != json.Number("2") {
			t.Errorf("%s reads %v", who, got)
		}
	}
}

// counting counts what is read of the log.
type counting struct {
	Store
	mu    sync.Mutex
	epoch room.Epoch
	reads []room.Rev // after which rev
}

func (c *counting) After(ctx context.Context, id room.ID, s room.Stream, after room.Rev, limit int) ([]room.Logged, error) {
	c.mu.Lock()
	c.reads = append(c.reads, after)
	c.mu.Unlock()
	return c.Store.After(ctx, id, s, after, limit)
}

func (c *counting) Heads(ctx context.Context, ids []room.ID) (map[room.ID]room.Head, error) {
	heads, err := c.Store.Heads(ctx, ids)
	for id, head := range heads {
		head.Epoch = c.epoch
		heads[id] = head
	}
	return heads, err
}

// A log is read once, in pages, and then from where it was left, also when many
// ask at once; after a rewind it is read anew.
func TestLedgersReadALogOnce(t *testing.T) {
	f := newFake()
	f.agreedLog(2*maxCommits - 2)
	store := &counting{Store: f, epoch: "1"}
	l := newReadings(store, room.NewLedger)
	read := func() (rev room.Rev) {
		if err := l.read(t.Context(), roomA, func(l *room.Ledger) { rev = l.Rev() }); err != nil {
			t.Error(err)
		}
		return rev
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { read() })
	}
	wg.Wait()
	if fmt.Sprint(store.reads) != fmt.Sprint([]room.Rev{0, maxCommits}) {
		t.Errorf("read after %v", store.reads)
	}
	f.move()
	if rev := read(); rev != 2*maxCommits+1 || store.reads[2] != 2*maxCommits || len(store.reads) != 3 {
		t.Errorf("at %d, read after %v", rev, store.reads)
	}
	store.epoch = "2"
	if read(); store.reads[3] != 0 {
		t.Errorf("after a rewind, read after %v", store.reads)
	}

	for n := range 2 * keptReadings {
		l.of(room.ID(fmt.Sprint(n)))
		l.of(roomA) // asked for all the time, it stays
	}
	if len(l.rooms) != keptReadings || l.rooms[roomA].reading == nil {
		t.Errorf("%d ledgers are kept", len(l.rooms))
	}
}

// A request reads so much of a log and no more; the next goes on from there.
func TestLedgersReadALongLogInSteps(t *testing.T) {
	f := newFake()
	f.agreedLog(0)
	const length = readingPages*2 + 1
	l := newReadings(&short{f, length}, room.NewLedger)
	for _, want := range []room.Code{room.Busy, room.Busy, ""} {
		err := l.read(t.Context(), roomA, func(*room.Ledger) {})
		if room.CodeOf(err) != want || err != nil && want == "" {
			t.Errorf("read: %v, want %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l.of(roomA).turn <- struct{}{} // somebody reads it
	if err := l.read(ctx, roomA, func(*room.Ledger) { t.Error("reported") }); err == nil {
		t.Error("a request that was given up waited on")
	}
}

// short is a store with a long log whose pages hold one commit.
type short struct {
	*fake
	length room.Rev
}

func (s *short) Heads(context.Context, []room.ID) (map[room.ID]room.Head, error) {
	return map[room.ID]room.Head{roomA: {Epoch: "1", Revs: room.Revs{room.Shared: s.length}}}, nil
}

func (s *short) After(_ context.Context, _ room.ID, _ room.Stream, after room.Rev, _ int) ([]room.Logged, error) {
	c := room.Commit{Rev: after + 1, At: "2026-11-01T10:00:00.000000Z", Kind: "milestone.update"}
	return []room.Logged{{Rev: c.Rev, Body: room.EncodeCommit(c)}}, nil
}
