package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/room"
)

// The list of rooms and a room's own snapshot say the same of its dates.
func TestRoomsCarryTheirPlans(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	second := newID()
	w.must(w.request(newClient(), 1, w.priya, room.Shared,
		room.Op{Kind: room.KindRoomUpdate, Set: room.Fields{"buyer_weekend": []string{"fri", "sat"}, "seller_holidays": []string{"2027-02-26"}}},
		room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"due": "2027-02-23", "duration_days": int64(3)}},
		room.Op{Kind: "milestone.add", ID: second, Set: room.Fields{"phase": string(w.phase), "title": "Go-live", "is_go_live": true, "duration_days": int64(1)}},
		room.Op{Kind: "dependency.add", ID: newID(), Set: room.Fields{"from": string(w.first), "to": string(second)}}))
	w.must(w.request(newClient(), 1, w.priya, room.Seller,
		room.Op{Kind: "milestone.add", ID: newID(), Set: room.Fields{"phase": string(w.phase), "title": "Discount", "due": "2027-01-04"}}))

	list, err := w.store.Summaries(ctx, w.workspace, []room.ID{w.id, room.ID(newID())})

	if err != nil || len(list) != 1 {
		t.Fatalf("rooms = %+v, %v", list, err)
	}
	own := room.NewPlan(w.id, "")
	if err := own.LoadSnapshot(room.Shared, 1, w.snapshots()[room.Shared].Body); err != nil {
		t.Fatal(err)
	}
	shared := []room.Stream{room.Shared}
	got, want := room.NewView(list[0].Plan, shared).Schedule("2027-01-01"), room.NewView(own, shared).Schedule("2027-01-01")
	if a, b := encoded(t, got), encoded(t, want); a != b || len(got.Milestones) != 2 {
		t.Errorf("the list has\n%s\nthe room\n%s", a, b)
	}
	// Go-live on Monday 1 March takes that day; both work last on Thursday 25 February.
	if first := got.Milestones[0]; first.LatestFinish != "2027-02-25" || first.LatestStart != "2027-02-23" {
		t.Errorf("%+v", first)
	}
}

// A visit is what the buyer's side did for everybody to see, or its coming in;
// neither the seller's own doing nor what the buyer keeps to itself. // I11
func TestLastVisitIsOfTheBuyersSide(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	if _, err := w.pool.Exec(ctx, `update rooms set created_at = now() - interval '30 days'`); err != nil {
		t.Fatal(err)
	}
	age := func() time.Duration {
		t.Helper()
		at, err := w.store.LastVisit(ctx, w.id)
		if err != nil {
			t.Fatal(err)
		}
		return time.Since(at).Round(24 * time.Hour)
	}
	w.must(w.request(newClient(), 1, w.marc, room.Buyer,
		room.Op{Kind: "milestone.add", ID: newID(), Set: room.Fields{"phase": string(w.phase), "title": "Committee"}}))
	if got := age(); got != 30*24*time.Hour {
		t.Errorf("before any visit: %v", got)
	}

	client := newClient()
	w.must(w.request(client, 1, w.marc, room.Shared, rename(w.first, "Security")))

	if got := age(); got != 0 {
		t.Errorf("after an op of the buyer's: %v", got)
	}
	if _, err := w.store.LastVisit(ctx, room.ID(newID())); room.CodeOf(err) != room.Gone {
		t.Errorf("of no room: %v", err)
	}
}

// Two servers get the halves of a loop at once: one is refused, and told which
// milestones would wait for each other. Of a loop through what one side keeps to
// itself that side alone hears. // rule 5
func TestHalvesOfALoopOnTwoServers(t *testing.T) {
	w := newWorld(t)
	_, other := w.open()
	second, private := newID(), newID()
	w.must(w.request(newClient(), 1, w.priya, room.Shared,
		room.Op{Kind: "milestone.add", ID: second, Set: room.Fields{"phase": string(w.phase), "title": "Contract"}}))
	w.must(w.request(newClient(), 1, w.priya, room.Seller,
		room.Op{Kind: "milestone.add", ID: private, Set: room.Fields{"phase": string(w.phase), "title": "Discount"}},
		room.Op{Kind: "dependency.add", ID: newID(), Set: room.Fields{"from": string(second), "to": string(private)}}))
	link := func(from, to room.RecordID) room.Op {
		return room.Op{Kind: "dependency.add", ID: newID(), Set: room.Fields{"from": string(from), "to": string(to)}}
	}
	reqs := []room.Request{
		w.request(newClient(), 1, w.priya, room.Shared, link(w.first, second)),
		w.request(newClient(), 1, w.marc, room.Shared, link(second, w.first)),
		w.request(newClient(), 1, w.priya, room.Seller, link(private, w.first)),
	}
	verdicts := make([]room.Verdict, len(reqs))
	var wg sync.WaitGroup
	for i, req := range reqs {
		store := w.store
		if i == 1 {
			store = other
		}
		wg.Go(func() {
			_, result, err := store.Commit(context.Background(), nil, w.id, []room.Request{req})
			if err != nil {
				t.Error(err)
				return
			}
			verdicts[i] = result.Verdicts[0]
		})
	}
	wg.Wait()

	refused := 0
	for _, v := range verdicts[:2] {
		if v.Err != nil {
			refused++
			if v.Err.Code != room.Conflict || v.Err.Field != "set.to" || v.Err.Message != "these milestones would wait for each other: “Security review” → “Contract” → “Security review”" &&
				v.Err.Message != "these milestones would wait for each other: “Contract” → “Security review” → “Contract”" {
				t.Errorf("refused with %+v", v.Err)
			}
		}
	}
	if refused != 1 {
		t.Errorf("of two halves %d were refused: %+v", refused, verdicts)
	}
	plan := room.NewPlan(w.id, "")
	for s, snap := range w.snapshots() {
		if err := plan.LoadSnapshot(s, 1, snap.Body); err != nil {
			t.Fatal(err)
		}
	}
	for _, streams := range [][]room.Stream{{room.Shared}, {room.Shared, room.Seller}} {
		for _, m := range room.NewView(plan, streams).Schedule("2027-01-01").Milestones {
			if m.Forecast == "" {
				t.Errorf("%v: milestone %s has no forecast", streams, m.ID)
			}
		}
	}
}

// A new room has its workspace's calendar; one that was there keeps its own.
func TestDefaultsAreCopiedIntoNewRooms(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	before := string(w.snapshots()[room.Shared].Body)
	want := room.Defaults{TimeZone: "Europe/Oslo", Weekend: []string{}, Country: "no", Holidays: []string{"2027-05-17"}}

	if err := w.store.SetDefaults(ctx, w.workspace, want); err != nil {
		t.Fatal(err)
	}

	if got, err := w.store.Defaults(ctx, w.workspace); err != nil || encoded(t, got) != encoded(t, want) {
		t.Errorf("defaults = %+v, %v", got, err)
	}
	if after := string(w.snapshots()[room.Shared].Body); after != before {
		t.Errorf("the room that was there is\n%s\nwas\n%s", after, before)
	}
	made, err := w.store.CreateRoom(ctx, room.NewRoom{Workspace: w.workspace, Name: "Another", BuyerCompany: "Acme", SellerCompany: "Northwind"})
	if err != nil {
		t.Fatal(err)
	}
	snapshots, err := w.store.Snapshot(ctx, made, []room.Stream{room.Shared}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{`"time_zone":"Europe/Oslo"`, `"seller_weekend":[]`, `"seller_country":"no"`, `"seller_holidays":["2027-05-17"]`} {
		if body := string(snapshots[0].Body); !strings.Contains(body, field) {
			t.Errorf("no %s in %s", field, body)
		}
	}
	if _, err := w.store.Defaults(ctx, room.WorkspaceID(newID())); room.CodeOf(err) != room.Gone {
		t.Errorf("of no workspace: %v", err)
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
