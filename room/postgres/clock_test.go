package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// setClock has the database's clock be behind the right time, for connections made
// from now on: functions of the same names come before PostgreSQL's own.
func (w *world) setClock(behind string) {
	w.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, w.dsn) // as the owner, who may do so
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, `
		create schema behind;
		grant usage on schema behind to public;
		create function behind.clock_timestamp() returns timestamptz language sql volatile as 'select pg_catalog.clock_timestamp() - interval ''`+behind+`''';
		do $$ begin execute format('alter database %I set search_path = behind, pg_catalog, public', current_database()); end $$`); err != nil {
		w.Fatal(err)
	}
}

// A server whose clock is an hour ahead of the database's goes by the database's,
// and knows by how much it is wrong. It deletes nothing that has not ended by that
// clock: a used token that is forgotten could be used again.
func TestAServersWrongClockDecidesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.setClock("1 hour")
	pool, store := w.open()
	if ahead := store.ClockAhead(); ahead != 0 {
		t.Errorf("nothing was asked yet, and the clock is ahead by %v", ahead)
	}
	var before, after time.Time
	if err := pool.QueryRow(ctx, `select clock_timestamp()`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the database's answer, and what is reckoned from it
		now, err := store.Now(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := pool.QueryRow(ctx, `select clock_timestamp()`).Scan(&after); err != nil {
			t.Fatal(err)
		}
		if now.Before(before) || now.After(after) {
			t.Errorf("between %v and %v by the database's clock it is %v", before, after, now)
		}
		before = now
	}
	if ahead := store.ClockAhead(); ahead < time.Hour {
		t.Errorf("the clock is ahead by %v, not by an hour", ahead)
	}

	w.pool, w.store = pool, store
	w.keepsake()
	if deleted, _, err := store.Prune(ctx, year); err != nil || len(deleted) != 0 {
		t.Errorf("of what is good for another minute: %v, %v", deleted, err)
	}
}
