package main

import (
	"testing"
	"time"

	"parley/room/postgres/pgtest"
)

// PostgreSQL crashes and recovers, twice, under live editors and readers:
// nobody is shown an error, nobody is sent away, nothing acknowledged is lost.
// I1, I5, I6
func TestPostgresRestartsUnderLiveEditors(t *testing.T) {
	cluster := pgtest.Own(t)
	w := newWorldOn(t, "DATABASE_URL="+pgtest.URL(t, cluster.DSN()))
	here := func() []string { return []string{w.url} }
	omar, dana := w.persistent(w.seller, here), w.persistent(w.buyer, here)
	stop := w.reader()

	for range 2 {
		omar.reach(20)
		dana.reach(20)
		cluster.Crash()
		time.Sleep(300 * time.Millisecond) // it is away for a moment
		cluster.Start()
	}
	omar.reach(20)
	dana.reach(20)
	stop()
	omar.finish()
	dana.finish()

	commits, _ := w.log()
	for _, p := range []*persistent{omar, dana} {
		p.check(commits)
		if len(p.codes) > 0 {
			t.Errorf("sockets were closed: %v", p.codes)
		}
	}
}
