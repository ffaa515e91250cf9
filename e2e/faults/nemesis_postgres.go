package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresScenarios break the one thing that remembers.
var postgresScenarios = []Scenario{
	{Name: "postgres-restart", Fault: restartPostgres},
	{Name: "postgres-paused", Fault: pausePostgres},
	{Name: "postgres-slow", Times: 1, Fault: slowPostgres},
	{Name: "postgres-cut", Times: 3, Fault: cutPostgres},
	{Name: "locked-row", Rooms: 2, Fault: lockRow, Cast: []Cast{{By: "seller", Rate: 30}, {By: "buyer", Rate: 30}, {By: "watch"}}},
	{Name: "reply-lost", Times: 6, Fault: loseReply},
	{Name: "clock", Times: 3, Prepare: ownClock, Fault: jumpClock},
}

// restartPostgres ends it without a shutdown; it recovers from its log.
func restartPostgres(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("postgres-restart", "")()
	sleep(ctx, between(rng, 0, 200*time.Millisecond)) // at any point of a commit
	return w.PG.Restart(ctx)
}

// pausePostgres stops all of it where it is, locks held.
func pausePostgres(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("postgres-paused", "")()
	if err := w.PG.Pause(); err != nil {
		return err
	}
	sleep(ctx, between(rng, 500*time.Millisecond, 4*time.Second))
	return w.PG.Resume()
}

// slowPostgres puts a distance between servers and database.
func slowPostgres(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("postgres-slow", "")()
	for _, p := range w.toPostgres {
		p.Set(Weather{Delay: between(rng, 20*time.Millisecond, 60*time.Millisecond)})
	}
	sleep(ctx, 4*time.Second)
	for _, p := range w.toPostgres {
		p.Set(Weather{})
	}
	return nil
}

// cutPostgres breaks the connections of a server, at any point of a commit.
func cutPostgres(ctx context.Context, w *World, rng *rand.Rand) error {
	i := rng.IntN(len(w.toPostgres))
	defer w.begin("postgres-cut", fmt.Sprint(i+1))()
	w.toPostgres[i].Cut()
	sleep(ctx, between(rng, 100*time.Millisecond, 300*time.Millisecond))
	return nil
}

// lockRow holds a room's head as somebody with psql would. Its edits wait or are
// put off; the other room's go on.
func lockRow(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("locked-row", w.rooms[0].ID)()
	conn, err := pgx.Connect(ctx, w.PG.dsn())
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // ends the transaction
	if _, err := conn.Exec(ctx, `begin`); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `select from heads where room_id = $1 for update`, w.rooms[0].ID); err != nil {
		return err
	}
	sleep(ctx, between(rng, time.Second, 4*time.Second))
	return nil
}

// loseReply lets a COMMIT reach PostgreSQL and cuts the connection before its
// answer reaches the server: the outcome is unknown to it (I6). Where that is
// all, the server finds out by itself; about every other time it loses the answers to
// that as well, and those who sent the ops have to ask again.
func loseReply(ctx context.Context, w *World, rng *rand.Rand) error {
	i := rng.IntN(len(w.replies))
	defer w.begin("reply-lost", fmt.Sprint(i+1))()
	lost := func() (n int64) {
		for _, r := range w.replies {
			n += r.cut.Load()
		}
		return n
	}
	before, answers := lost(), 1+2*rng.Int64N(2)
	for _, r := range w.replies { // which of them commits next depends on who is where
		r.armed.Store(answers)
	}
	err := w.await(ctx, 10*time.Second, "a reply to a commit is lost", func() bool { return lost() > before })
	sleep(ctx, between(rng, 0, 200*time.Millisecond))
	for _, r := range w.replies {
		r.armed.Store(0)
	}
	return err
}

// ownClock gives the servers' database a clock that the run can set. Functions
// of the same names come before PostgreSQL's own in the search path of every
// connection that is made from now on.
func ownClock(ctx context.Context, w *World) error {
	conn, err := pgx.Connect(ctx, w.PG.dsn())
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `
		create schema faults;
		create table faults.clock (ahead interval not null);
		insert into faults.clock values ('0');
		create function faults.clock_timestamp() returns timestamptz language sql volatile
			as 'select pg_catalog.clock_timestamp() + ahead from faults.clock';
		create function faults.now() returns timestamptz language sql stable
			as 'select pg_catalog.now() + ahead from faults.clock';
		alter database postgres set search_path = faults, pg_catalog, public;`)
	if err != nil {
		return fmt.Errorf("giving PostgreSQL a clock that can jump: %w", err)
	}
	for _, p := range w.toPostgres {
		p.Cut()
	}
	return nil
}

// jumpClock sets the database's clock by up to a day, either way, while edits
// go on: order comes from revs, never from a clock.
func jumpClock(ctx context.Context, w *World, rng *rand.Rand) error {
	ahead := between(rng, -24*time.Hour, 24*time.Hour)
	defer w.begin("clock", ahead.String())()
	conn, err := pgx.Connect(ctx, w.PG.dsn())
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	tag, err := conn.Exec(ctx, `update faults.clock set ahead = make_interval(secs => $1)`, ahead.Seconds())
	if err != nil || tag.RowsAffected() != 1 {
		return fmt.Errorf("setting the clock: %w", err)
	}
	sleep(ctx, time.Second)
	return nil
}
