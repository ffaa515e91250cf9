package main

import (
	"testing"
	"time"

	"parley/room/postgres/pgtest"
)

// PostgreSQL crashes and recovers, twice, under live editors and readers:
// nobody is sent away or told of an error while it takes no longer than people
// wait, nothing acknowledged is lost.
// I1, I5, I6
func TestPostgresRestartsUnderLiveEditors(t *testing.T) {
	cluster := pgtest.Own(t)
	w := newWorldOn(t, "DATABASE_URL="+pgtest.URL(t, cluster.DSN()))
	here := func() []string { return []string{w.url} }
	omar, dana := w.persistent(w.seller, here), w.persistent(w.buyer, here)
	reader := w.reader()

	var outages []outage
	for range 2 {
		omar.reach(20)
		dana.reach(20)
		from := time.Now()
		cluster.Crash()
		time.Sleep(300 * time.Millisecond) // it is away for a moment
		cluster.Start()
		outages = append(outages, outage{from, time.Now()})
	}
	omar.reach(20)
	dana.reach(20)
	reader.finish(outages...)
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
