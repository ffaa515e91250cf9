package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
)

// timeouts are what no connection is without: a server that hangs must not keep
// a room's head row locked, and a locked row must not keep a connection.
var timeouts = map[string]string{
	"statement_timeout": "3s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "5s", "synchronous_commit": "on",
}

// Every connection of the pool has them, and so has the one that follows a
// broken one. // I12
func TestEveryConnectionHasItsTimeouts(t *testing.T) {
	dsn := pgtest.New(t)
	pool, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	check := func() {
		t.Helper()
		for range pool.Config().MaxConns {
			conn, err := pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Release() // held until all are checked
			for name, want := range timeouts {
				var got string
				if err := conn.QueryRow(t.Context(), `select current_setting($1)`, name).Scan(&got); err != nil || got != want {
					t.Fatalf("%s = %q (%v), want %s", name, got, err, want)
				}
			}
		}
	}

	check()
	if _, err := asOwner(t, dsn).Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	check()
}

// expectBusy fails unless err is a refusal with code busy, one plain sentence and
// a time to come back.
func expectBusy(t *testing.T, err error, words string) {
	t.Helper()
	refusal, ok := errors.AsType[*room.Error](err)
	if !ok || refusal.Code != room.Busy || refusal.RetryMS <= 0 || !strings.Contains(refusal.Message, words) {
		t.Errorf("err = %v, want busy with %q and a time", err, words)
	}
}

// A full disk puts ops off; nothing of them is written, reads go on, and when
// there is room again so do the ops, over the same connections. // I1 I2 I6
func TestFullDiskPutsOpsOff(t *testing.T) {
	t.Parallel() // it mostly waits for the disk
	w := newWorldOn(t, pgtest.Small(t))
	c := newClient()
	w.must(w.request(c, 1, w.priya, room.Shared, rename(w.first, "Before")))
	fill(t, w)
	before := w.snapshots()[room.Shared]

	var full error
	seq := int64(2)
	text := strings.Repeat("A long reason. ", 20)
	for full == nil && seq < 3000 { // free space inside the tables' own pages is used up first
		ops := []room.Op{rename(w.first, fmt.Sprintf("%d %s", seq, text[:100])),
			{Kind: "comment.add", ID: newID(), Set: room.Fields{"body": text}}}
		_, result, err := w.store.Commit(context.Background(), nil, w.id, []room.Request{w.request(c, seq, w.priya, room.Shared, ops...)})
		if err == nil && result.Verdicts[0].Err != nil {
			t.Fatal(result.Verdicts[0].Err)
		}
		if full = err; full == nil {
			seq++
		}
	}

	expectBusy(t, full, "disk space")
	if got, want := w.snapshots()[room.Shared].Rev, before.Rev+room.Rev(seq-2); got != want {
		t.Errorf("the head is %d, want %d: an op was half written", got, want)
	}
	w.checkLog()

	w.exec(`drop table ballast`)
	if rev := w.must(w.request(c, seq, w.priya, room.Shared, rename(w.first, "After"))); rev <= before.Rev {
		t.Errorf("the op that was put off is at rev %d", rev)
	}
	w.checkLog()
}

// fill takes what space there is left, down to the last page. A vacuum would give
// back what the last attempts took and could not keep, which is megabytes.
func fill(t *testing.T, w *world) {
	t.Helper()
	w.exec(`create table ballast (filler text) with (autovacuum_enabled = off)`)
	w.exec(`alter table ballast alter filler set storage plain`)
	owner := asOwner(t, w.dsn)
	for rows := 1000; rows > 0; {
		_, err := owner.Exec(t.Context(), `insert into ballast select repeat('x', 7000) from generate_series(1, $1)`, rows)
		switch {
		case err == nil:
		case strings.Contains(err.Error(), "53100"):
			rows /= 4
		default:
			t.Fatal(err)
		}
	}
}

func (w *world) exec(sql string) {
	w.Helper()
	if _, err := asOwner(w, w.dsn).Exec(context.Background(), sql); err != nil {
		w.Fatal(err)
	}
}

// shortly is a context of a caller who waits a fifth of a second.
func shortly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// With every connection of the database taken, a call waits a moment and is then
// told to come back; when one is free again it gets it.
func TestTooManyConnectionsPutsCallsOff(t *testing.T) {
	w := newWorld(t)
	var held []*pgx.Conn
	release := sync.OnceFunc(func() {
		for _, conn := range held {
			_ = conn.Close(context.Background())
		}
	})
	defer release()
	pool, store := w.open()
	w.pool.Reset()
	for {
		conn, err := pgx.Connect(t.Context(), w.dsn)
		if err != nil {
			break // there are no more
		}
		held = append(held, conn)
	}
	req := w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Waits"))

	_, _, err := store.Commit(t.Context(), nil, w.id, []room.Request{req})
	expectBusy(t, err, "no free connection")
	_, err = postgres.NewSteady(store).Heads(shortly(t), []room.ID{w.id})
	expectBusy(t, err, "no free connection")

	time.AfterFunc(200*time.Millisecond, release)
	if _, err := postgres.NewSteady(store).Heads(t.Context(), []room.ID{w.id}); err != nil {
		t.Errorf("a read did not wait for a connection: %v", err)
	}
	pool.Reset()
	w.must(req)
}

// A database that can only be read, as a primary that was demoted, puts ops off;
// its connections are not kept, so the next op finds one that can write.
func TestReadOnlyDatabasePutsOpsOff(t *testing.T) {
	w := newWorld(t)
	pool, store := w.open()
	req := w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Waits"))
	set := func(value string) {
		w.exec(`do $$ begin
			execute 'alter database ' || quote_ident(current_database()) || ' set default_transaction_read_only = ` + value + `'; end $$`)
	}
	set("on")

	_, _, err := store.Commit(t.Context(), nil, w.id, []room.Request{req})

	expectBusy(t, err, "only be read")
	if _, err := store.Heads(t.Context(), []room.ID{w.id}); err != nil {
		t.Errorf("reading: %v", err)
	}
	set("off")
	if n := pool.Stat().TotalConns(); n != 0 {
		t.Errorf("%d read-only connections were kept", n)
	}
	if _, _, err := store.Commit(t.Context(), nil, w.id, []room.Request{req}); err != nil {
		t.Errorf("after the database can write again: %v", err)
	}
}

// A database that lets nobody in (57P03) and then restarts after a crash: reads
// wait for it, commits are told, and neither needs a new pool.
func TestRestartOfTheDatabaseIsRiddenOut(t *testing.T) {
	cluster := pgtest.Own(t)
	cluster.Migrate()
	w := newWorldOn(t, cluster.DSN())
	_, store := w.open()
	steady := postgres.NewSteady(store)
	stays, err := pgx.Connect(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	w.pool.Reset()
	cluster.Signal(syscall.SIGTERM) // shuts down once the last client has left
	req := w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Waits"))
	var commitErr error
	for range 100 { // until the postmaster has seen the signal
		if _, _, commitErr = store.Commit(t.Context(), nil, w.id, []room.Request{req}); commitErr != nil {
			break
		}
		req.Seq++
		w.pool.Reset()
		time.Sleep(10 * time.Millisecond)
	}
	if commitErr == nil || !strings.Contains(commitErr.Error(), "57P03") {
		t.Fatalf("err = %v, want 57P03", commitErr)
	}
	_, _, err = steady.CreateLink(shortly(t), room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
	expectBusy(t, err, "cannot be reached")

	_ = stays.Close(t.Context())
	cluster.Wait()
	restarted := make(chan struct{})
	go func() {
		defer close(restarted)
		time.Sleep(300 * time.Millisecond)
		cluster.Start()
	}()
	if _, err := steady.Snapshot(t.Context(), w.id, room.Streams[:], ""); err != nil {
		t.Errorf("a read did not wait for the restart: %v", err)
	}
	<-restarted
	cluster.Crash()
	cluster.Start()
	if _, err := steady.Heads(t.Context(), []room.ID{w.id}); err != nil {
		t.Errorf("a read over a broken connection: %v", err)
	}
	w.must(req)
	w.checkLog()
}
