package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/room"
)

// A line of the list says what the room's schedule says, on the room's day.
func TestALineIsOfTheSchedule(t *testing.T) {
	at := func(hour int) RoomSummary {
		now := time.Date(2026, 10, 2, hour, 30, 0, 0, time.UTC)
		r := room.Summary{ID: roomA, TimeZone: "Europe/Berlin", GoLive: "2199-03-01", Plan: plannedRoom()}
		r.Plan.Streams[room.Shared][room.RoomEntity][room.RecordID(roomA)].Fields["time_zone"] = r.TimeZone
		l := line{standing: room.Standing{Made: now}, zone: room.LoadZone(r.TimeZone), summary: r, outline: room.OutlineOf(r.Plan, "", now)}
		return l.view("", now)
	}

	got := at(23) // the 3rd in Berlin

	want := NextMilestone{ID: priya, Title: "Security review", Due: "2026-10-02", Late: true, With: room.BallSeller}
	if got.Progress != (room.Progress{Done: 1, Total: 2}) || got.Next.Value == nil || *got.Next.Value != want {
		t.Errorf("summary = %+v, next %+v", got, got.Next.Value)
	}
	if got.Health.Level != room.AtRisk || got.Health.Reasons[0].Text != "“Security review” was due 2 Oct" || got.ForecastGoLive != "2199-03-01" {
		t.Errorf("health = %+v, heading for %s", got.Health, got.ForecastGoLive)
	}
	if before := at(21); before.Health.Level != room.OnTrack || before.Next.Value.Late {
		t.Errorf("two hours before, health = %+v", before.Health)
	}
}

// Plans are read once and then only those that changed: a list of hundreds is
// asked for every few seconds.
func TestOnlyWhatChangedIsReadAgain(t *testing.T) {
	a := newApp(t)
	list := func() answer { return a.get("/api/v1/rooms", as(adminKey)) }
	first := list()
	first.ok(http.StatusOK)
	a.fake.read = nil
	tag := first.Header().Get("ETag")
	with := as(adminKey)
	with["If-None-Match"] = tag

	if again := a.get("/api/v1/rooms", with); again.Code != http.StatusNotModified || again.Body.Len() > 0 || len(a.fake.read) > 0 {
		t.Errorf("unchanged: %d, %d bytes, read %v", again.Code, again.Body.Len(), a.fake.read)
	}
	a.fake.standings[roomA] = room.Standing{Rev: 9}
	a.fake.lines[0].Name = "Renamed"

	changed := a.get("/api/v1/rooms", with).ok(http.StatusOK)

	if !strings.Contains(fmt.Sprint(changed), "Renamed") {
		t.Errorf("got %v", changed)
	}
	if !slices.Equal(a.fake.read, []room.ID{roomA}) {
		t.Errorf("read %v, want the changed one alone", a.fake.read)
	}
}

// Coming in by a link is no commit, and seen all the same.
func TestTheCustomersVisitIsSeenAtOnce(t *testing.T) {
	a := newApp(t)
	old := time.Now().Add(-20 * 24 * time.Hour)
	a.fake.standings[roomA] = room.Standing{Made: old}
	seen := func() (any, any) {
		for _, r := range a.get("/api/v1/rooms", as(adminKey)).ok(http.StatusOK)["rooms"].([]any) {
			if r := r.(map[string]any); r["id"] == string(roomA) {
				return r["customer_seen"], r["quiet"]
			}
		}
		t.Fatal("the room is not in the list")
		return nil, nil
	}
	if at, quiet := seen(); at != nil || !strings.Contains(fmt.Sprint(quiet), "for 20 days") {
		t.Errorf("before: seen %v, quiet %v", at, quiet)
	}

	came := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	a.fake.standings[roomA] = room.Standing{Made: old, CameIn: came}

	if at, quiet := seen(); at != came.Format(time.RFC3339) || quiet != nil {
		t.Errorf("after: seen %v, quiet %v, want %s", at, quiet, came)
	}
}

// standingRooms are rooms of every health, more than a page.
func standingRooms(a *app, n int) {
	a.fake.lines = nil
	for i := range n {
		id := room.ID(fmt.Sprintf("10000000-0000-4000-8000-0000000001%02d", i))
		p := plannedRoom()
		if i%3 > 0 {
			delete(p.Streams[room.Shared], room.Milestone) // on track: nothing can be late
		}
		status := "active"
		if i%7 == 6 {
			status = "archived"
		}
		goLive := time.Now().AddDate(0, 0, i*5).Format(room.DateFormat)
		for _, rec := range p.Streams[room.Shared][room.RoomEntity] {
			rec.Fields["go_live"] = goLive
		}
		a.fake.lines = append(a.fake.lines, room.Summary{
			ID: id, Name: fmt.Sprint("Room ", i), BuyerCompany: "Acme", SellerCompany: "Northwind", Status: status, TimeZone: "UTC", GoLive: goLive, Plan: p,
		})
		a.fake.standings[id] = room.Standing{Made: time.Now()}
	}
}

// Pages follow each other without a gap or a line twice, what needs attention
// first, also when a line moves between them.
func TestPagesFollowEachOther(t *testing.T) {
	a := newApp(t)
	standingRooms(a, 20)
	var ids []string
	var levels []string
	cursor := ""
	for range 10 {
		page := a.get("/api/v1/rooms?limit=4&cursor="+cursor, as(adminKey)).ok(http.StatusOK)
		for _, r := range page["rooms"].([]any) {
			r := r.(map[string]any)
			ids = append(ids, r["id"].(string))
			levels = append(levels, r["health"].(map[string]any)["level"].(string))
		}
		next, more := page["next_cursor"].(string)
		if !more {
			break
		}
		cursor = next
		moved := room.ID(ids[len(ids)-1]) // the line that the cursor was made of
		for i := range a.fake.lines {
			if a.fake.lines[i].ID == moved {
				a.fake.lines[i].Plan = room.NewPlan(moved, "")
				a.fake.standings[moved] = room.Standing{Made: time.Now(), Rev: 2}
			}
		}
	}
	unique := slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(unique) != 18 { // 20 without two archived ones
		t.Errorf("%d of 18 rooms in %d lines: %v", len(unique), len(ids), ids)
	}
	if !slices.IsSortedFunc(levels, func(x, y string) int { return slices.Index(ranks, x) - slices.Index(ranks, y) }) {
		t.Errorf("levels = %v", levels)
	}
	for _, cursor := range []string{"x", "bm8gc3VjaCBjdXJzb3I", strings.Repeat("A", 90)} {
		a.get("/api/v1/rooms?cursor="+cursor, as(adminKey)).refused(422, "invalid", "cursor")
	}
}

// Each filter gives what it says, and as many as the counts say.
func TestFiltersGiveWhatTheyCount(t *testing.T) {
	a := newApp(t)
	standingRooms(a, 20)
	a.fake.standings[a.fake.lines[1].ID] = room.Standing{Made: time.Now().AddDate(0, 0, -11)}
	mine := a.fake.lines[2] // whose owner is who asks
	mine.Plan.Streams[room.Shared][room.Participant] = room.Records{priya: {ID: priya, Fields: room.Fields{"name": "Priya Nair", "side": "seller", "access": "owner", "state": "active"}}}
	a.fake.standings[mine.ID] = room.Standing{Made: time.Now(), Asker: priya}
	counts := a.get("/api/v1/rooms", as(adminKey)).ok(http.StatusOK)["counts"].(map[string]any)
	for filter, want := range map[string]int{"all": 18, "mine": 1, "late": 0, "at_risk": 6, "quiet": 1, "soon": 6} {
		page := a.get("/api/v1/rooms?limit=100&filter="+filter, as(adminKey)).ok(http.StatusOK)
		if n := len(page["rooms"].([]any)); n != want || fmt.Sprint(counts[filter]) != fmt.Sprint(want) {
			t.Errorf("%s: %d rooms, counted %v, want %d", filter, n, counts[filter], want)
		}
	}
	if n := len(a.get("/api/v1/rooms?filter=closed", as(adminKey)).ok(http.StatusOK)["rooms"].([]any)); n != 2 {
		t.Errorf("%d closed rooms, want 2", n)
	}
	if n := len(a.get("/api/v1/rooms?q=acme+ROOM+1", as(adminKey)).ok(http.StatusOK)["rooms"].([]any)); n != 10 {
		t.Errorf("%d rooms hold the words, want 10", n)
	}
	a.get("/api/v1/rooms?filter=mine+or+yours", as(adminKey)).refused(422, "invalid", "filter")
}
