package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/realtime/redis/redistest"
)

// P37, I14: a server is asked to stop under live editors while another one goes
// on. It stops being ready first and still serves; takes no new socket; sends
// everybody away at times that are spread; ends in time. Nobody is shown an
// error, everybody goes on from where they were, nothing acknowledged is lost.
func TestRollingRestartLosesNothing(t *testing.T) {
	cache := redistest.New(t)
	w := newWorldOn(t, databaseURL(t), "REDIS_URL="+cache.URL(), "PARLEY_DRAIN_WAIT=400ms")
	other := start(t, append(w.env, "PARLEY_DATA="+t.TempDir())...)
	both := func() []string { return []string{w.url, other.url} }
	omar, dana := w.persistent(w.seller, both), w.persistent(w.buyer, both)
	var idle []*member
	for range 12 {
		m, _ := connect(t, w.process, w.room, w.buyer, "", nil)
		idle = append(idle, m)
	}
	omar.reach(20)
	dana.reach(20)

	began := time.Now()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitUnready(t, w.process)
	omar.reach(5) // it still serves
	address := strings.Replace(w.url, "http", "ws", 1) + "/api/v1/rooms/" + w.room + "/live"
	_, res, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{Subprotocols: []string{"parley.v1"}})
	if err == nil || res == nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("a new socket: %v, %+v; want 503 and when to come back", err, res)
	}
	select {
	case <-w.ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not stop within 20 s")
	}
	if code := w.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("it ended with %d:\n%s", code, w.process.log)
	}
	t.Logf("it took %s", time.Since(began))
	omar.reach(20)
	dana.reach(20)
	omar.finish()
	dana.finish()

	retries := map[int]bool{}
	for _, m := range idle {
		bye := m.next("bye")
		retries[bye.RetryMS] = true
		if _, err := m.drain(5 * time.Second); err != nil || bye.Why != "restart" || m.closed != 1012 {
			t.Errorf("a member got %s and %d (%v)", bye.raw, m.closed, err)
		}
	}
	if len(retries) < len(idle)/2 {
		t.Errorf("they all come back at once: %v", retries)
	}
	w.process = other
	commits, _ := w.log()
	for _, p := range []*persistent{omar, dana} {
		p.check(commits)
		if len(p.byes) != 1 || p.byes[0].Why != "restart" || p.byes[0].RetryMS < 250 || p.byes[0].RetryMS > 5250 || p.resumed != 1 {
			t.Errorf("byes: %+v; resumed %d times", p.byes, p.resumed)
		}
	}
}

// awaitUnready returns once /readyz says that the server takes no more requests.
func awaitUnready(t *testing.T, p *process) {
	t.Helper()
	awaitStatus(t, p, http.StatusServiceUnavailable)
}

// awaitStatus returns once /readyz answers so.
func awaitStatus(t *testing.T, p *process, want int) {
	t.Helper()
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(5 * time.Millisecond) {
		if status, _ := p.call("GET", "/readyz", "", ""); status == want {
			return
		}
	}
	t.Fatalf("/readyz does not answer %d", want)
}

// A person who presses Ctrl-C twice means it. The embedded PostgreSQL ends with
// its server, and the next one finds everything.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	w := newWorldOn(t, "PARLEY_DRAIN_WAIT=10s", "PARLEY_DEMO=false")
	m, _ := connect(t, w.process, w.room, w.seller, "", nil)
	m.op(1, 0, title(w.milestone, "Acknowledged"))
	rev := m.next("ack").Rev
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitUnready(t, w.process)

	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.ended:
	case <-time.After(5 * time.Second): // half of what the first asks for
		t.Fatal("a second signal did not end the server")
	}

	w.process = start(t, w.env...)
	if commits, _ := w.log(); int64(len(commits)) != rev {
		t.Errorf("the log has %d commits, %d was acknowledged", len(commits), rev)
	}
}
