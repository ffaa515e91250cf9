package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// metric returns one series of /metrics, as in parley_joins_total{from="log"}.
func (p *process) metric(series string) float64 {
	p.t.Helper()
	status, body := p.call("GET", "/metrics", "", "")
	if status != 200 {
		p.t.Fatalf("GET /metrics = %d", status)
	}
	lines := bufio.NewScanner(bytes.NewReader(body))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), series+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return n
		}
	}
	p.t.Fatalf("/metrics has no %s", series)
	return 0
}

// joinAll has n members join at once, each from where at says, and returns them.
func (w *world) joinAll(n int, at map[string]position) []frame {
	w.t.Helper()
	welcomes := make([]frame, n)
	var joining sync.WaitGroup
	for i := range n {
		joining.Go(func() { _, welcomes[i] = connect(w.t, w.process, w.room, w.seller, "", at) })
	}
	joining.Wait()
	return welcomes
}

// A crowd that comes at once costs the database a snapshot or two, not one each;
// one that comes back after a restart goes on from where it was, out of the log.
func TestACrowdIsLetInFromOneSnapshot(t *testing.T) {
	w := newWorld(t)
	m, hello := connect(t, w.process, w.room, w.seller, "", nil)
	before := w.metric(`parley_joins_total{from="snapshot"}`)

	const crowd = 60
	for _, welcome := range w.joinAll(crowd, nil) {
		if welcome.T != "welcome" || welcome.Streams[0].Rev != hello.Streams[0].Rev {
			t.Fatalf("a member was answered %s", welcome.raw)
		}
	}

	read, shared := w.metric(`parley_joins_total{from="snapshot"}`)-before, w.metric(`parley_joins_total{from="cache"}`)
	if read > 6 || read+shared < 2*crowd { // two streams each
		t.Errorf("%v streams were read and %v shared for %d members", read, shared, crowd)
	}
	at := map[string]position{}
	for _, s := range hello.Streams {
		at[s.Stream] = position{s.Epoch, s.Rev}
	}
	for seq := int64(1); seq <= 5; seq++ {
		m.op(seq, 0, title(w.milestone, fmt.Sprint("Title ", seq)))
		m.next("ack")
	}
	w.joinAll(crowd, at)
	if n := w.metric(`parley_joins_total{from="window"}`); n < 2*crowd {
		t.Errorf("%v streams came from the window", n)
	}

	w.terminate()
	w.process = start(t, w.env...)
	for _, welcome := range w.joinAll(crowd, at) {
		if welcome.T != "welcome" || !welcome.Streams[0].Resumed {
			t.Fatalf("a member was answered %s", welcome.raw)
		}
	}
	if n := w.metric(`parley_joins_total{from="log"}`); n < crowd {
		t.Errorf("%v streams came from the log", n)
	}
	if n := w.metric(`parley_joins_total{from="snapshot"}`); n != 0 {
		t.Errorf("%v snapshots were read for members who lacked five commits", n)
	}
}

// databaseOf connects to the world's database, past the server.
func (w *world) database() *pgxpool.Pool {
	w.t.Helper()
	pool, err := pgxpool.New(context.Background(), strings.TrimPrefix(w.env[0], "DATABASE_URL="))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(pool.Close)
	return pool
}

// A room whose row is locked gets busy, soon and with a time to come back; the
// others go on meanwhile, with edits and with reads, and it goes on afterwards.
func TestALockedRoomHoldsUpNobodyElse(t *testing.T) {
	w := newWorld(t)
	locked := *w
	other := w.anotherRoom()
	stuck, _ := connect(t, w.process, locked.room, locked.seller, "", nil)
	there := func() []string { return []string{w.url} }
	goesOn := other.persistent(other.seller, there)
	goesOn.reach(5)
	tx, err := w.database().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from heads where room_id = $1 for no key update`, locked.room); err != nil {
		t.Fatal(err)
	}
	var posting sync.WaitGroup
	for i := range 40 { // through HTTP too: more than the pool has connections
		posting.Go(func() {
			status, body := w.call("POST", "/api/v1/rooms/"+locked.room+"/ops", locked.buyer, fmt.Sprintf(
				`{"client":"5f0c2f0e-8a55-4b43-a4ef-9b8f6a1f%04d","stream":"shared","seq":1,"op":{"kind":"milestone.update","id":%q,"set":{"title":"Waits"}}}`, i, locked.milestone))
			if status != 429 || !bytes.Contains(body, []byte(`"busy"`)) {
				t.Errorf("an op in the locked room was answered %d %s", status, body)
			}
		})
	}
	for seq := int64(1); seq <= 20; seq++ {
		stuck.op(seq, 0, title(locked.milestone, fmt.Sprint("Waits ", seq)))
	}

	reader := other.reader()
	goesOn.reach(60)
	reader.finish()
	f := stuck.nextWithin(6*time.Second, "reject")
	if f.Code != "busy" || f.RetryMS <= 0 || f.Seq != 1 {
		t.Errorf("the locked room answered %s", f.raw)
	}
	posting.Wait()

	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	stuck.op(1, 0, title(locked.milestone, "Goes on"))
	if f := stuck.nextWithin(10*time.Second, "ack"); f.Seq != 1 {
		t.Errorf("after the lock came %s", f.raw)
	}
	goesOn.finish()
	if len(goesOn.busy) > 0 {
		t.Errorf("the other room was told %v", goesOn.busy)
	}
}

// anotherRoom is a second room on the same server.
func (w *world) anotherRoom() *world {
	w.t.Helper()
	o := &world{process: w.process, env: w.env}
	o.furnish()
	return o
}

// A database that is slow for everybody: presence is thinned out first, then
// watchers wait, then ops are refused with a time to come back. When it is quick
// again everything returns by itself.
func TestASlowDatabaseShedsInOrder(t *testing.T) {
	w := newWorld(t)
	db := w.database()
	slow(t, db, "0.6")
	watch, _ := connect(t, w.process, w.room, w.watcher(), "", nil)
	var editors []*member
	for range 10 {
		m, _ := connect(t, w.process, w.room, w.seller, "", nil)
		editors = append(editors, m)
	}
	done := make(chan struct{})
	var busy sync.Map
	var flooding sync.WaitGroup
	for _, m := range editors {
		flooding.Go(func() { m.flood(w.milestone, &busy, done) })
	}

	seen := []float64{0}
	var first [4]map[string]float64 // what was shed by the time a level was seen
	for start := time.Now(); seen[len(seen)-1] < 3 && time.Since(start) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		shed := map[string]float64{}
		for _, what := range []string{"presence", "watchers", "ops"} {
			shed[what] = w.metric(`parley_sheds_total{what="` + what + `"}`)
		}
		if level := w.metric("parley_load_level"); level != seen[len(seen)-1] {
			seen = append(seen, level)
			first[int(level)] = shed
		}
	}
	if fmt.Sprint(seen) != "[0 1 2 3]" {
		t.Fatalf("the levels were %v", seen)
	}
	if first[1]["watchers"]+first[1]["ops"] > 0 || first[2]["ops"] > 0 {
		t.Errorf("left out before its turn: %v", first)
	}
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if _, ok := busy.Load("the server is busy; the change will be sent again"); ok {
			break
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("no op was refused")
		}
	}

	slow(t, db, "0")
	for start := time.Now(); w.metric("parley_load_level") > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("it does not recover")
		}
	}
	close(done)
	flooding.Wait()
	last, _ := connect(t, w.process, w.room, w.seller, "", nil)
	last.op(1, 0, title(w.milestone, "Calm again"))
	for newest, at := last.next("ack").Rev, int64(0); at < newest; {
		switch f := watch.next("commits", "resync", "joined"); f.T {
		case "commits":
			at = revOf(t, f)
		case "joined":
			at = f.Rev
		case "resync": // it was put off for longer than the window reaches
			watch.send(map[string]any{"t": "join", "stream": "shared"})
		}
	}
}

func revOf(t *testing.T, f frame) int64 {
	t.Helper()
	p := persistent{t: t}
	return p.newest(f)
}

// slow makes every commit take that many seconds more.
func slow(t *testing.T, db *pgxpool.Pool, seconds string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `create or replace function slow() returns trigger language plpgsql as
		$$ begin perform pg_sleep(`+seconds+`); return new; end $$`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), `create or replace trigger slow before update on heads for each row execute function slow()`); err != nil {
		t.Fatal(err)
	}
}

// flood sends ops as fast as the window allows, shows where it is, and notes what
// busy says, until done is closed.
func (m *member) flood(milestone string, busy *sync.Map, done <-chan struct{}) {
	next, acked := int64(1), int64(0)
	for {
		for ; next-acked <= 30; next++ {
			m.op(next, 0, title(milestone, fmt.Sprint(m.client, next)))
		}
		m.send(map[string]any{"t": "presence", "focus": map[string]any{"entity": "milestone", "id": milestone, "field": "title"}, "draft": fmt.Sprint(next % 10)})
		select {
		case <-done:
			return
		case f, open := <-m.frames:
			switch {
			case !open:
				m.t.Errorf("the socket ended with %d", m.closed)
				return
			case f.T == "ack":
				acked = f.Seq
			case f.T == "reject" && f.Code == "busy":
				busy.Store(f.Message, true)
				time.Sleep(time.Duration(f.RetryMS) * time.Millisecond)
				next = f.Seq
			}
		}
	}
}
