package postgres_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
)

// crashEnv makes the test binary a committing process instead, see crash.
const crashEnv = "PARLEY_TEST_COMMIT_TO"

// job is what the committing process is told.
type job struct {
	DSN       string
	Room      room.ID
	Member    room.Member
	Milestone room.RecordID
	Client    room.ClientID
}

// TestCommitter is not a test: it is the process that TestKilledCommitter kills.
func TestCommitter(t *testing.T) {
	told := os.Getenv(crashEnv)
	if told == "" {
		return
	}
	var j job
	if err := json.Unmarshal([]byte(told), &j); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Open(context.Background(), j.DSN)
	if err != nil {
		t.Fatal(err)
	}
	store := postgres.New(pool)
	var plan *room.Plan
	for seq := int64(1); ; seq++ {
		req := room.Request{Member: j.Member, Client: j.Client, Stream: room.Shared, Seq: seq, Ops: []room.Op{rename(j.Milestone, title(j.Client, seq))}}
		next, result, err := store.Commit(context.Background(), plan, j.Room, []room.Request{req})
		if err != nil || result.Verdicts[0].Err != nil {
			t.Fatal(err, result.Verdicts)
		}
		plan = next
		fmt.Printf("acked %d %d\n", seq, result.Verdicts[0].Rev) // only now: it is durable
	}
}

// A process is killed at some point between ops; everything it acknowledged is
// in the log at the rev it said, and a retry gets the same answer. // I5 I7
func TestKilledCommitterLosesNothingAcknowledged(t *testing.T) {
	w := newWorld(t)
	for round := range 5 {
		j := job{DSN: w.dsn, Room: w.id, Member: w.priya, Milestone: w.first, Client: newClient()}
		told, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestCommitter$")
		cmd.Env = append(os.Environ(), crashEnv+"="+string(told))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acked := map[int64]room.Rev{}
		var last int64
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var seq int64
			var rev room.Rev
			if n, _ := fmt.Sscanf(lines.Text(), "acked %d %d", &seq, &rev); n == 2 {
				acked[seq], last = rev, seq
			}
			if last == int64(20+7*round) {
				_ = cmd.Process.Kill() // whatever it is doing
			}
		}
		_ = cmd.Wait()

		for seq, rev := range acked {
			v := w.commit(w.request(j.Client, seq, w.priya, room.Shared, rename(w.first, "Another text"))).Verdicts[0]
			if v.Err != nil || v.Rev != rev {
				t.Fatalf("round %d: seq %d was acknowledged at %d, now %+v", round, seq, rev, v)
			}
		}
		if len(acked) == 0 {
			t.Fatal("nothing was acknowledged before the kill")
		}
	}
	w.checkLog()
}

// committed reports whether an answer of PostgreSQL's is that to a transaction
// that wrote, with a claim or under the lock: afterwards none is open.
func committed(answer []byte) bool {
	wrote := bytes.HasPrefix(answer, claimed) || bytes.Contains(answer, []byte("INSERT 0"))
	return wrote && bytes.HasSuffix(answer, []byte("Z\x00\x00\x00\x05I"))
}

// claimed is how the answer to a claim begins: bound, and a row of one timestamp.
var claimed = []byte("2\x00\x00\x00\x04D\x00\x00\x00\x12\x00\x01\x00\x00\x00\x08")

// cutter is a proxy that cuts a connection once the database has been sent a
// commit, before its answer gets through.
type cutter struct {
	net.Listener
	target string
	armed  atomic.Bool
	cuts   atomic.Int64
}

func newCutter(t testing.TB, target string) *cutter {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley-cut-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, target: target}
	t.Cleanup(func() {
		_ = l.Close()
		_ = os.RemoveAll(dir)
	})
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(near)
		}
	}()
	return c
}

// throughCutter returns a cutter before the world's database, and its host.
func (w *world) throughCutter() (proxy *cutter, host string) {
	w.Helper()
	proxy = newCutter(w, filepath.Join(w.pool.Config().ConnConfig.Host, ".s.PGSQL.5432"))
	return proxy, filepath.Dir(proxy.Addr().String())
}

func (c *cutter) serve(near net.Conn) {
	defer func() { _ = near.Close() }()
	far, err := net.Dial("unix", c.target)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	var committing atomic.Bool
	go func() { // database → client
		buf := make([]byte, 64<<10)
		for {
			n, err := far.Read(buf)
			if err != nil {
				_ = near.Close()
				return
			}
			if committing.Load() && committed(buf[:n]) {
				c.cuts.Add(1)
				_ = near.Close() // the answer is here, and goes no further
				return
			}
			if _, err := near.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := near.Read(buf)
		if err != nil {
			return
		}
		if c.armed.CompareAndSwap(true, false) {
			committing.Store(true)
		}
		if _, err := far.Write(buf[:n]); err != nil {
			return
		}
	}
}

// The database commits, and its answer is lost: the batch is found in the log
// and reported as what it is, durable, whether the room was looked at first or
// remembered. // I5 I6
func TestLostCommitReplyIsResolved(t *testing.T) {
	for _, remembers := range []bool{false, true} {
		t.Run(fmt.Sprintf("remembers=%t", remembers), func(t *testing.T) { testLostCommitReply(t, remembers) })
	}
}

func testLostCommitReply(t *testing.T, remembers bool) {
	w := newWorld(t)
	proxy, through := w.throughCutter()
	config := w.pool.Config()
	config.ConnConfig.Host = through
	config.MaxConns = 1 // as when every connection of the pool was committing
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	store := postgres.New(pool)
	c := newClient()
	before := w.snapshots()[room.Shared].Rev

	var plan *room.Plan
	for seq := int64(1); seq <= 6; seq++ {
		proxy.armed.Store(seq%2 == 0)
		ops := []room.Op{rename(w.first, title(c, seq))}
		if seq == 4 {
			ops = []room.Op{rename(newID(), "refused")} // only a cursor is written
		}
		next, result, err := store.Commit(context.Background(), plan, w.id, []room.Request{w.request(c, seq, w.priya, room.Shared, ops...)})
		if err != nil {
			t.Fatalf("seq %d: %v", seq, err)
		}
		if v := result.Verdicts[0]; (seq == 4) != (v.Err != nil) {
			t.Fatalf("seq %d: %+v", seq, v)
		}
		if remembers {
			plan = next
		}
	}

	if got := proxy.cuts.Load(); got != 3 {
		t.Fatalf("%d replies were cut, want 3", got)
	}
	if got, want := w.snapshots()[room.Shared].Rev, before+5; got != want {
		t.Errorf("head = %d, want %d", got, want)
	}
	w.checkLog()
}

// A commit waits for a locked room no longer than the lock timeout, and is
// answered busy without effect. // I12
func TestLockedRoomFailsInTime(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, `select from heads where room_id = $1 for no key update`, w.id); err != nil {
		t.Fatal(err)
	}
	_, other := w.open()
	c := newClient()
	start := time.Now()

	_, _, err = other.Commit(ctx, nil, w.id, []room.Request{w.request(c, 1, w.priya, room.Shared, rename(w.first, "Waits"))})

	if room.CodeOf(err) != room.Busy {
		t.Errorf("err = %v, want busy", err)
	}
	if waited := time.Since(start); waited > callLimit {
		t.Errorf("it took %s", waited)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	w.must(w.request(c, 1, w.priya, room.Shared, rename(w.first, "Goes through now")))
	w.checkLog()
}

// callLimit is the longest a call may take, its own deadline included.
const callLimit = 6 * time.Second
