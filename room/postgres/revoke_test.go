package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// lockedHead holds the room's head as a commit under way does, until it is ended.
func (w *world) lockedHead(t *testing.T) pgx.Tx {
	t.Helper()
	tx, err := w.pool.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	if _, err := tx.Exec(context.Background(), `select from heads where room_id = $1 for no key update`, w.id); err != nil {
		t.Fatal(err)
	}
	return tx
}

func (w *world) newLink(t *testing.T) room.Link {
	t.Helper()
	link, _, err := w.store.CreateLink(context.Background(), room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// A commit that found the session alive has an earlier time than the revocation
// that came while it was under way.
func TestRevocationIsYoungerThanCommitsUnderWay(t *testing.T) { // P36
	w := newWorld(t)
	ctx := context.Background()
	link, tx := w.newLink(t), w.lockedHead(t)
	type outcome struct {
		link room.Link
		err  error
	}
	revoked := make(chan outcome, 1)
	go func() {
		l, err := w.store.RevokeLink(ctx, w.workspace, link.ID)
		revoked <- outcome{l, err}
	}()
	time.Sleep(100 * time.Millisecond) // the revocation is under way as well
	var at time.Time
	if err := tx.QueryRow(ctx, `select clock_timestamp()`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	got := <-revoked
	if got.err != nil {
		t.Fatal(got.err)
	}
	if !got.link.Revoked.After(at) {
		t.Errorf("a commit of %s ended before the revocation of %s did", at, got.link.Revoked)
	}
	again, err := w.store.RevokeLink(ctx, w.workspace, link.ID)
	if err != nil || !again.Revoked.Equal(got.link.Revoked) {
		t.Errorf("revoked again: %s, %v; want %s", again.Revoked, err, got.link.Revoked)
	}
}

// Whatever keeps the room's head locked does not keep its links alive.
func TestRevocationDoesNotWaitForALockedRoom(t *testing.T) { // P36
	w := newWorld(t)
	link, tx := w.newLink(t), w.lockedHead(t)
	got, err := w.store.RevokeLink(context.Background(), w.workspace, link.ID)
	if err != nil || got.Revoked.IsZero() {
		t.Errorf("revoked = %+v, %v while the head is locked", got, err)
	}
	if err := tx.Commit(context.Background()); err != nil { // it was still there
		t.Error(err)
	}
}

// The heads tell of a revocation for a minute, to servers that nobody told.
func TestHeadsTellOfRevocations(t *testing.T) { // P36
	w := newWorld(t)
	ctx := context.Background()
	link := w.newLink(t)
	told := func() bool {
		t.Helper()
		heads, err := w.store.Heads(ctx, []room.ID{w.id})
		if err != nil {
			t.Fatal(err)
		}
		return heads[w.id].Revoked
	}

	if told() {
		t.Error("before")
	}
	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}
	if !told() {
		t.Error("not told")
	}
	if _, err := w.pool.Exec(ctx, `update links set revoked_at = revoked_at - interval '1 minute' where id = $1`, link.ID); err != nil {
		t.Fatal(err)
	}
	if told() {
		t.Error("told for ever")
	}
}
