package main

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/room/postgres/pgtest"
)

// The primary dies under live editors and a synchronous standby takes over: the
// server finds it by itself, nobody is shown an error, nothing acknowledged is
// lost. I1, I5, I6, P32
func TestPostgresFailsOverUnderLiveEditors(t *testing.T) {
	pair := pgtest.NewReplicated(t)
	synchronous(t, pair.DSN())
	w := newWorldOn(t, "DATABASE_URL="+pair.DSN())
	here := func() []string { return []string{w.url} }
	omar, dana := w.persistent(w.seller, here), w.persistent(w.buyer, here)
	omar.reach(20)
	dana.reach(20)

	pair.FailOver()
	omar.reach(20)
	dana.reach(20)
	omar.finish()
	dana.finish()

	commits, _ := w.log()
	for _, p := range []*persistent{omar, dana} {
		p.check(commits)
	}
}

// synchronous has the primary acknowledge only what the standby has too; once
// that one is the primary itself, there is no other.
func synchronous(t *testing.T, dsn string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range []string{`alter system set synchronous_standby_names = '*'`, `select pg_reload_conf()`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}
