package postgres_test

import (
	"context"
	"testing"
	"time"

	"parley/room"
)

func (w *world) watchLink() room.Link {
	w.Helper()
	link, _, err := w.store.CreateLink(context.Background(), room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.NoSide, Access: room.Viewer})
	if err != nil {
		w.Fatal(err)
	}
	return link
}

// A calendar address works until it is ended, its link is taken back, or its
// person loses access; each has its own token.
func TestAFeedDiesWithWhatItCameFrom(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link := w.watchLink()
	tokens := map[string]string{}
	for name, n := range map[string]room.NewFeed{
		"ended": {Link: link.ID}, "of the link": {Link: link.ID}, "of a person": {Participant: w.marc.ID}, "that stays": {Participant: w.priya.ID},
	} {
		n.Workspace, n.Room = w.workspace, w.id
		feed, token, err := w.store.CreateFeed(ctx, n)
		if err != nil || feed.Room != w.id {
			t.Fatalf("%s: %+v, %v", name, feed, err)
		}
		tokens[name] = token
	}
	alive := func(names ...string) {
		t.Helper()
		for name, token := range tokens {
			want := false
			for _, n := range names {
				want = want || n == name
			}
			if _, err := w.store.FeedByToken(ctx, token); (err == nil) != want || err != nil && room.CodeOf(err) != room.Gone {
				t.Errorf("the feed %s: %v, want it alive: %t", name, err, want)
			}
		}
	}

	alive("ended", "of the link", "of a person", "that stays")
	if err := w.store.RevokeFeed(ctx, tokens["ended"]); err != nil {
		t.Fatal(err)
	}
	alive("of the link", "of a person", "that stays")
	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}
	alive("of a person", "that stays")
	w.must(w.request(newClient(), 1, w.priya, room.Shared, room.Op{Kind: "participant.revoke", ID: w.marc.ID}))
	alive("that stays")
	if _, err := w.store.FeedByToken(ctx, "parley_nothing"); room.CodeOf(err) != room.Gone {
		t.Errorf("an unknown feed: %v", err)
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
