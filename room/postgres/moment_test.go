package postgres_test

import (
	"context"
	"testing"
	"time"

	"parley/room"
)

// A moment is the newest rev by then, in each stream for itself.
func TestRevAt(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	first := w.snapshots()[room.Shared].Rev
	rev := w.must(w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Security and privacy review")))
	logged, err := w.store.After(ctx, w.id, room.Shared, rev-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := room.DecodeCommit(logged[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(room.InstantFormat, c.At)
	if err != nil {
		t.Fatal(err)
	}

	for name, want := range map[time.Time]room.Rev{at: rev, at.Add(-time.Microsecond): first, at.Add(time.Hour): rev, at.Add(-24 * time.Hour): 0} {
		if got, err := w.store.RevAt(ctx, w.id, room.Shared, name); err != nil || got != want {
			t.Errorf("at %s: rev %d, %v; want %d", name, got, err, want)
		}
	}
	if got, err := w.store.RevAt(ctx, w.id, room.Buyer, at); err != nil || got != 0 {
		t.Errorf("in the buyer's stream: rev %d, %v", got, err)
	}
}
