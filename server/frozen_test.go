package main

import (
	"net/http"
	"testing"
	"time"

	"parley/room/postgres/pgtest"
)

// PostgreSQL hangs, its connections open and its locks held: the server says that
// it is not ready and lives on, an edit is put off in words and is saved once
// PostgreSQL goes on, and no socket ends. // I1 I5 I6
func TestPostgresHangsUnderALiveEditor(t *testing.T) {
	t.Parallel() // it mostly waits, for a database of its own
	cluster := pgtest.Own(t)
	w := newWorldOn(t, "DATABASE_URL="+pgtest.URL(t, cluster.DSN()))
	dana := w.persistent(w.buyer, func() []string { return []string{w.url} })
	dana.reach(10)

	cluster.Freeze()
	awaitStatus(t, w.process, http.StatusServiceUnavailable)
	if status, _ := w.call("GET", "/healthz", "", ""); status != http.StatusOK {
		t.Errorf("the process is called dead: %d", status)
	}
	for start := time.Now(); dana.putOff() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			t.Fatal("nobody answers the edit")
		}
	}
	cluster.Thaw()

	awaitStatus(t, w.process, http.StatusOK)
	dana.reach(10)
	dana.finish()
	commits, _ := w.log()
	dana.check(commits)
	if len(dana.codes) > 0 {
		t.Errorf("the socket was closed: %v", dana.codes)
	}
}
