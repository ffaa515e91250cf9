package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/room"
)

// A line that was read holds until its room stands elsewhere: every commit of
// the shared stream moves the standing, a private one does not. // I11
func TestAStandingTellsWhetherALineHolds(t *testing.T) {
	w := newWorld(t)
	before := w.standing()

	w.must(w.request(newClient(), 1, w.priya, room.Seller,
		room.Op{Kind: "milestone.add", ID: newID(), Set: room.Fields{"phase": string(w.phase), "title": "Discount"}}))
	if got := w.standing(); got != before {
		t.Errorf("after a private op %+v, want %+v", got, before)
	}
	rev := w.must(w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Security")))

	if got := w.standing(); got.Rev != rev || got.Epoch != before.Epoch || got.Made != before.Made {
		t.Errorf("after a shared op %+v, before %+v", got, before)
	}
}

// Who came in by a link of the buyer's side is noticed without a commit, and
// who did by the seller's is not.
func TestAStandingKnowsWhenTheBuyerCameIn(t *testing.T) {
	w := newWorld(t)
	for _, side := range []room.Side{room.SideSeller, room.NoSide} {
		w.comeIn(side)
	}
	if got := w.standing().CameIn; !got.IsZero() {
		t.Errorf("before the buyer came: %v", got)
	}

	w.comeIn(room.SideBuyer)

	if got := w.standing().CameIn; time.Since(got) > time.Minute {
		t.Errorf("after it: %v", got)
	}
}

// A summary says who founded the room and when the buyer's side last changed
// what both see, whatever the seller's side did since.
func TestASummaryKnowsFounderAndTheBuyersLastChange(t *testing.T) {
	w := newWorld(t)
	one := func() room.Summary {
		t.Helper()
		list, err := w.store.Summaries(context.Background(), w.workspace, []room.ID{w.id})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0]
	}
	w.must(w.request(newClient(), 1, w.marc, room.Buyer,
		room.Op{Kind: "milestone.add", ID: newID(), Set: room.Fields{"phase": string(w.phase), "title": "Committee"}}))
	if got := one(); !got.Changed.IsZero() || got.Founder != "" {
		t.Errorf("before a shared change of the buyer's: %v, founder %q", got.Changed, got.Founder)
	}

	w.must(w.request(newClient(), 1, w.marc, room.Shared, rename(w.first, "Security")))
	changed := one().Changed
	w.must(w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Security review")))

	if got := one().Changed; time.Since(got) > time.Minute || !got.Equal(changed) {
		t.Errorf("changed = %v, want %v", got, changed)
	}
}

// Who asks is known in the rooms that they are in, and nobody else is.
func TestAStandingKnowsWhoAsks(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	account := room.AccountID(newID())
	if _, err := w.pool.Exec(ctx, `with a as (insert into accounts (id, email) values ($1, 'priya@northwind.example')),
			m as (insert into members (workspace_id, account_id, role) values ($2, $1, 'member'))
		select 1`, account, w.workspace); err != nil {
		t.Fatal(err)
	}
	if _, err := w.pool.Exec(ctx, `insert into room_accounts (workspace_id, room_id, account_id, participant, founder) values ($1, $2, $3, $4, true)`, w.workspace, w.id, account, w.priya.ID); err != nil {
		t.Fatal(err)
	}
	for asker, want := range map[room.AccountID]room.RecordID{account: w.priya.ID, room.AccountID(newID()): "", "": ""} {
		list, err := w.store.Standings(ctx, w.workspace, asker, false)
		if err != nil || len(list) != 1 || list[0].Asker != want || list[0].Founder != (want != "") {
			t.Errorf("%q asks: %+v, %v", asker, list, err)
		}
	}
}

// A room is among those that are worked on, or among the closed ones, and no
// other workspace sees it in either.
func TestRoomsAreOpenOrClosed(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	count := func(ws room.WorkspaceID, closed bool) int {
		t.Helper()
		list, err := w.store.Standings(ctx, ws, "", closed)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if open, closed := count(w.workspace, false), count(w.workspace, true); open != 1 || closed != 0 {
		t.Errorf("at first %d open, %d closed", open, closed)
	}

	w.must(w.request(newClient(), 1, w.priya, room.Shared, room.Op{Kind: room.KindRoomUpdate, Set: room.Fields{"status": "archived"}}))

	if open, closed := count(w.workspace, false), count(w.workspace, true); open != 0 || closed != 1 {
		t.Errorf("once archived %d open, %d closed", open, closed)
	}
	foreign := room.WorkspaceID(newID())
	if n := count(foreign, false) + count(foreign, true); n != 0 {
		t.Errorf("another workspace sees %d", n)
	}
	if list, err := w.store.Summaries(ctx, foreign, []room.ID{w.id}); err != nil || len(list) != 0 {
		t.Errorf("another workspace reads %+v, %v", list, err)
	}
}

func (w *world) standing() room.Standing {
	w.Helper()
	list, err := w.store.Standings(context.Background(), w.workspace, "", false)
	if err != nil || len(list) != 1 {
		w.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// comeIn makes a link for the side and uses it.
func (w *world) comeIn(side room.Side) {
	w.Helper()
	ctx := context.Background()
	link, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: side, Access: room.Viewer})
	var grant room.Grant
	if err == nil {
		_, grant, err = w.store.CreateSession(ctx, link, room.Visitor{})
	}
	if err == nil {
		err = w.store.CountView(ctx, grant.Session)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// BenchmarkList measures what the list of a workspace of 500 rooms costs the
// database and the rules: all of it for the first time, and asked for again.
func BenchmarkList(b *testing.B) {
	w := newWorld(b)
	ctx := context.Background()
	for i := range 499 {
		if _, err := w.store.CreateRoom(ctx, room.NewRoom{
			Workspace: w.workspace, Name: fmt.Sprint("Room ", i), BuyerCompany: "Acme", SellerCompany: "Northwind", TimeZone: "Europe/Berlin",
			GoLive: "2027-03-01", Template: "software-purchase",
		}); err != nil {
			b.Fatal(err)
		}
	}
	standings, err := w.store.Standings(ctx, w.workspace, "", false)
	if err != nil || len(standings) != 500 {
		b.Fatal(len(standings), err)
	}
	ids := make([]room.ID, 0, 500)
	for _, st := range standings {
		ids = append(ids, st.ID)
	}
	b.Run("standings", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.store.Standings(ctx, w.workspace, "", false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("everything", func(b *testing.B) {
		for b.Loop() {
			list, err := w.store.Summaries(ctx, w.workspace, ids)
			if err != nil {
				b.Fatal(err)
			}
			for _, r := range list {
				room.OutlineOf(r.Plan, r.Founder, time.Now())
			}
		}
	})
}
