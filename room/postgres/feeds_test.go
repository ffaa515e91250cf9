package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"parley/room"
	"parley/room/postgres"
)

func (w *world) watchLink() room.Link {
	w.Helper()
	link, _, err := w.store.CreateLink(context.Background(), room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.NoSide, Access: room.Viewer})
	if err != nil {
		w.Fatal(err)
	}
	return link
}

// A calendar address and mails end with what they came from, at the next read and
// before the next mail: whatever became of the link, the person or the member. A
// pause ends nothing for good.
func TestWhatFollowsEndsWithWhatItCameFrom(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link := w.watchLink()
	sides := w.linked(w.marc)
	w.member(priyasAddress, room.RoleMember)
	w.member("owner@northwind.example", room.RoleOwner)
	seat, member, _ := w.enter(priyasAddress)
	set := func(id room.LinkID, c room.LinkChange) func() error {
		return func() error { _, err := w.store.ChangeLink(ctx, w.workspace, id, c); return err }
	}
	op := func(op room.Op) func() error {
		return func() error { w.must(w.request(newClient(), 1, w.priya, room.Shared, op)); return nil }
	}
	exec := func(sql string) func() error {
		return func() error { _, err := w.pool.Exec(ctx, sql); return err }
	}
	watcher, person := room.NewFeed{Link: link.ID}, room.NewFeed{Session: sides.Session, Participant: w.marc.ID, Side: room.SideBuyer}
	members, over := room.NewFeed{Account: seat.Account, Participant: member.ID, Side: room.SideSeller}, room.NewFeed{Account: seat.Account}
	for _, step := range []struct {
		name      string
		of        room.NewFeed
		end, undo func() error // undo is nil where the end is for good
	}{
		{"a watcher's link is paused", watcher, set(link.ID, room.LinkChange{Paused: new(true)}), set(link.ID, room.LinkChange{Paused: new(false)})},
		{"it expires", watcher, set(link.ID, room.LinkChange{Expires: new(time.Now().Add(-time.Second))}), set(link.ID, room.LinkChange{Expires: new(time.Time{})})},
		{"its door is raised", watcher, set(link.ID, room.LinkChange{Door: new(room.DoorName)}), set(link.ID, room.LinkChange{Door: new(room.DoorOpen)})},
		{"it gets a password", watcher, set(link.ID, room.LinkChange{PasswordHash: new("hash")}), set(link.ID, room.LinkChange{PasswordHash: new("")})},
		{"it becomes a side's", watcher, set(link.ID, room.LinkChange{Side: new(room.SideBuyer)}), set(link.ID, room.LinkChange{Side: new(room.NoSide)})},
		{"it is revoked", watcher, func() error { _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); return err }, nil},
		{"a person's link is paused", person, set(sides.Link, room.LinkChange{Paused: new(true)}), set(sides.Link, room.LinkChange{Paused: new(false)})},
		{"it expires", person, set(sides.Link, room.LinkChange{Expires: new(time.Now().Add(-time.Second))}), set(sides.Link, room.LinkChange{Expires: new(time.Time{})})},
		// People stay on their side; who moved one by hand moved no calendar.
		{"the person gets another side", person, exec(`update participants set side = 'partner' where name = 'Marc Olsen'`),
			exec(`update participants set side = 'buyer' where name = 'Marc Olsen'`)},
		{"the door is raised above what they gave", person, set(sides.Link, room.LinkChange{Door: new(room.DoorVerified)}), nil},
		{"the person loses access", room.NewFeed{Session: w.linked(w.marc).Session, Participant: w.marc.ID, Side: room.SideBuyer}, op(room.Op{Kind: "participant.revoke", ID: w.marc.ID}), nil},
		{"the member does, in this room", members, op(room.Op{Kind: "participant.revoke", ID: member.ID}), nil},
		{"the membership ends", over, func() error { _, err := w.store.RemoveMember(ctx, w.workspace, seat.Account); return err }, nil},
	} {
		step.of.Workspace, step.of.Room, step.of.Shows = w.workspace, w.id, room.FeedMine
		if step.of.Link != "" {
			step.of.Shows = room.FeedPlan
		}
		if step.of.Account != "" && step.of.Participant == "" {
			step.of.Room = ""
		}
		_, token, err := w.store.CreateFeed(ctx, step.of)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		alive := func(want bool) {
			t.Helper()
			if _, err := w.store.FeedByToken(ctx, token); (err == nil) != want || err != nil && room.CodeOf(err) != room.Gone {
				t.Errorf("%s: the calendar is %v, want it alive: %t", step.name, err, want)
			}
			list, err := w.store.Feeds(ctx, room.FeedsOf{Workspace: w.workspace, Room: step.of.Room, Participant: step.of.Participant, Account: step.of.Account})
			if err != nil || (len(list) > 0) != want {
				t.Errorf("%s: %d calendars are listed, %v; want any: %t", step.name, len(list), err, want)
			}
		}
		told := func(bool) {}
		if step.of.Link != "" {
			told = w.told(t, step.name, link)
		}

		alive(true)
		told(true)
		if err := step.end(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		alive(false)
		told(false)
		if step.undo == nil {
			continue
		}
		if err := step.undo(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		alive(true)
		told(true)
		if err := w.store.RevokeFeed(ctx, token); err != nil {
			t.Fatal(err)
		}
		alive(false)
	}
	w.member(priyasAddress, room.RoleMember)
	if list, err := w.store.Feeds(ctx, room.FeedsOf{Workspace: w.workspace, Account: seat.Account}); err != nil || len(list) != 0 {
		t.Errorf("a member again: %d calendars, %v", len(list), err)
	}
}

// told subscribes somebody by a link, and returns what fails unless a mail to them
// leads to the plan, one would be due, and one that is due would be written.
func (w *world) told(t *testing.T, name string, link room.Link) func(want bool) {
	t.Helper()
	ctx := context.Background()
	sub, token, err := w.store.AskUpdates(ctx, link, string(newID()[:8])+"@acme.example", "daily")
	if err != nil {
		t.Fatal(err)
	}
	if sub, err = w.store.ConfirmUpdates(ctx, token); err != nil {
		t.Fatal(err)
	}
	return func(want bool) {
		t.Helper()
		_, read := w.store.SubscriptionByToken(ctx, token)
		_, written := w.store.MintMail(ctx, sub.ID)
		w.age(`update subscriptions set told_at = now() - interval '3 days'`)
		due, err := w.store.DueUpdates(ctx, time.Now(), 100)
		if err != nil || (len(due) > 0) != want || (read == nil) != want || (written == nil) != want {
			t.Errorf("%s: %d mails are due, %v; read: %v, written: %v; want them: %t", name, len(due), err, read, written, want)
		}
	}
}

// What was used is told to the hour; what a person has is bounded, and listed and
// ended by whose it is.
func TestCalendarsAreListedAndEnded(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	marcs := room.FeedsOf{Workspace: w.workspace, Room: w.id, Participant: w.marc.ID}
	n := room.NewFeed{Workspace: w.workspace, Room: w.id, Shows: room.FeedMine, Session: w.linked(w.marc).Session, Participant: w.marc.ID, Side: room.SideBuyer}
	feed, token, err := w.store.CreateFeed(ctx, n)
	if err != nil || !feed.LastUsed.IsZero() {
		t.Fatalf("%+v, %v", feed, err)
	}
	if _, err := w.store.FeedByToken(ctx, token); err != nil {
		t.Fatal(err)
	}
	for range postgres.MaxOwnFeeds - 1 {
		if _, _, err := w.store.CreateFeed(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := w.store.CreateFeed(ctx, n); room.CodeOf(err) != room.Limit {
		t.Errorf("one too many: %v", err)
	}
	list, err := w.store.Feeds(ctx, marcs)
	if err != nil || len(list) != postgres.MaxOwnFeeds || list[len(list)-1].ID != feed.ID || time.Since(list[len(list)-1].LastUsed) > time.Minute {
		t.Errorf("%+v, %v", list, err)
	}
	if err := w.store.EndFeed(ctx, room.FeedsOf{Workspace: w.workspace, Room: w.id, Participant: w.priya.ID}, feed.ID); room.CodeOf(err) != room.Gone {
		t.Errorf("ended by somebody else: %v", err)
	}
	for range 2 {
		if err := w.store.EndFeed(ctx, marcs, feed.ID); err != nil {
			t.Errorf("ended: %v", err)
		}
	}
	if _, err := w.store.FeedByToken(ctx, token); room.CodeOf(err) != room.Gone {
		t.Errorf("after its end: %v", err)
	}
}

// An address that no calendar asks for half a year is deleted; one that is asked,
// or was made since, is not.
func TestUnusedCalendarsAreDeleted(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link := w.watchLink()
	for range 4 {
		if _, _, err := w.store.CreateFeed(ctx, room.NewFeed{Workspace: w.workspace, Room: w.id, Shows: room.FeedPlan, Link: link.ID}); err != nil {
			t.Fatal(err)
		}
	}
	for i, set := range []string{"created_at = now() - interval '181 days'", "created_at = now() - interval '181 days', last_used_at = now() - interval '1 day'", "created_at = now() - interval '400 days', last_used_at = now() - interval '181 days'"} {
		w.age(fmt.Sprintf(`update feeds set %s where id = (select id from feeds where created_at > now() - interval '1 hour' order by id offset %d limit 1)`, set, 3-i))
	}
	if deleted, _, err := w.store.Prune(ctx, 0); err != nil || deleted["feeds"] != 2 || w.counts()["feeds"] != 2 {
		t.Errorf("deleted are %v, %v", deleted, err)
	}
}

// Nobody is told who did not say yes in their own mail; asking again does not
// fill their box; ending is for good.
func TestUpdatesAreConfirmedFirst(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link := w.watchLink()
	tomorrow := time.Now().Add(48 * time.Hour)
	ask := func() string {
		t.Helper()
		_, token, err := w.store.AskUpdates(ctx, link, "ada@acme.example", "daily")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	due := func(want int) {
		t.Helper()
		list, err := w.store.DueUpdates(ctx, tomorrow, 10)
		if err != nil || len(list) != want {
			t.Errorf("%d are due (%v), want %d", len(list), err, want)
		}
	}

	token := ask()
	if again := ask(); token == "" || again != "" {
		t.Errorf("asked twice: %q, %q", token, again)
	}
	due(0)
	if sub, err := w.store.SubscriptionByToken(ctx, token); err != nil || sub.Confirmed {
		t.Errorf("looking confirms: %+v, %v", sub, err)
	}
	sub, err := w.store.ConfirmUpdates(ctx, token)
	if err != nil || !sub.Confirmed || sub.Told != w.snapshots()[room.Shared].Rev {
		t.Fatalf("confirmed: %+v, %v", sub, err)
	}
	if again := ask(); again != "" {
		t.Error("who is told already is asked again")
	}
	due(1)
	due(0) // each is returned once
	tomorrow = tomorrow.Add(24 * time.Hour)
	if err := w.store.EndUpdates(ctx, token); err != nil {
		t.Fatal(err)
	}
	due(0)
	if _, err := w.store.ConfirmUpdates(ctx, token); room.CodeOf(err) != room.Gone {
		t.Errorf("confirmed after the end: %v", err)
	}
}

// Told is at eight in the morning where the room is, daily or on Mondays, and
// only while the link lives.
func TestUpdatesAreDueInTheMorning(t *testing.T) {
	w := newWorld(t) // in Berlin
	ctx := context.Background()
	link := w.watchLink()
	berlin := room.LoadZone("Europe/Berlin")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, berlin) } // the 19th is a Monday
	for _, every := range []string{"daily", "weekly"} {
		_, token, err := w.store.AskUpdates(ctx, link, every+"@acme.example", every)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.ConfirmUpdates(ctx, token); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.pool.Exec(ctx, `update subscriptions set told_at = $1`, at(20, 12, 0)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		now  time.Time
		want string
	}{
		{at(20, 23, 0), ""}, {at(21, 7, 59), ""}, {at(21, 8, 0), "daily"}, {at(21, 8, 1), ""}, {at(25, 9, 0), "daily"}, // the clocks go back on the 25th
		{at(26, 7, 59), ""}, {at(26, 8, 0), "daily weekly"}, {at(27, 8, 0), "daily"},
	} {
		list, err := w.store.DueUpdates(ctx, step.now, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, sub := range list {
			got[sub.Every] = true
		}
		if want := step.want; got["daily"] != (want == "daily" || want == "daily weekly") || got["weekly"] != (want == "daily weekly") {
			t.Errorf("%s: due are %v, want %q", step.now.Format("Mon 2 Jan 15:04"), got, want)
		}
	}
	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := w.store.DueUpdates(ctx, at(30, 9, 0), 10); err != nil || len(list) != 0 {
		t.Errorf("after the link was taken back %d are due, %v", len(list), err)
	}
}
