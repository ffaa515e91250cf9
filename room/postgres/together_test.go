package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
)

// neighbour is a room whose writer remembers it, with one client.
type neighbour struct {
	*writing
	client room.ClientID
	seq    int64
}

// neighbours are rooms on one server.
func (w *world) neighbours(n int) []*neighbour {
	w.Helper()
	return w.neighboursOn(w.pool.Config(), n)
}

func (w *world) neighboursOn(config *pgxpool.Config, n int) []*neighbour {
	w.Helper()
	one := w.writingOn(config)
	out := make([]*neighbour, n)
	for i := range out {
		s := *one
		s.world, s.revs = w.anotherRoom(), room.Revs{}
		out[i] = &neighbour{writing: &s, client: newClient()}
		out[i].commit(out[i].next())
	}
	return out
}

// next is the client's next op.
func (n *neighbour) next() room.Request {
	n.seq++
	return n.request(n.client, n.seq, n.priya, room.Shared, rename(n.first, title(n.client, n.seq)))
}

// together sends one op to each, in one transaction.
func together(t *testing.T, all []*neighbour) []error {
	t.Helper()
	plans, reqs := make([]*room.Plan, len(all)), make([][]room.Request, len(all))
	for i, n := range all {
		plans[i], reqs[i] = n.plan, []room.Request{n.next()}
	}
	results, errs := postgres.Together(all[0].store, plans, reqs)
	for i, n := range all {
		if errs[i] != nil {
			n.plan = nil
			continue
		}
		n.revs[room.Shared] = n.plan.Revs[room.Shared]
		if v := results[i].Verdicts[0]; v.Err != nil {
			t.Errorf("room %d: %v", i, v.Err)
		}
	}
	return errs
}

// again sends the op of a room that could not come along its own way.
func (n *neighbour) again() room.Verdict {
	n.seq--
	n.revs = room.Revs{} // without a plan nobody says what was missed
	result, _ := n.commit(n.next())
	return result.Verdicts[0]
}

// Rooms share one transaction and one round trip. One that another server wrote
// to, one whose head is locked and one whose session has ended are left behind,
// the others go without them, and each of the three gets its own answer. // I1 I2 I6
func TestRoomsThatCannotComeAlongAreLeftBehind(t *testing.T) {
	w := newWorld(t)
	all := w.neighbours(8)
	before := all[0].trips.Load()
	for i, err := range together(t, all) {
		if err != nil {
			t.Fatalf("room %d: %v", i, err)
		}
	}
	if trips := all[0].trips.Load() - before; trips != 1 {
		t.Errorf("%d round trips for all of them", trips)
	}

	moved, locked := all[2], all[5]
	moved.world.must(w.request(newClient(), 1, moved.priya, room.Shared, rename(moved.first, "From elsewhere")))
	tx := locked.lockedHead(t)
	for i, err := range together(t, all) {
		if left := i == 2 || i == 5; left != errors.Is(err, postgres.ErrMoved) || !left && err != nil {
			t.Errorf("room %d: %v", i, err)
		}
	}
	if err := tx.Rollback(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*neighbour{moved, locked} {
		if v := n.again(); v.Err != nil {
			t.Errorf("by itself: %v", v.Err)
		}
	}
	for _, n := range all {
		n.checkLog()
	}
}

// Of a session that has ended nothing is taken, in company either. // P36
func TestEndedSessionIsLeftBehind(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	all := w.neighbours(3)
	n := all[1]
	link, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: n.id, Side: room.SideBuyer, Access: room.Editor})
	if err != nil {
		t.Fatal(err)
	}
	_, grant, err := w.store.CreateSession(ctx, link, room.Visitor{Participant: n.marc.ID})
	if err != nil {
		t.Fatal(err)
	}
	of := func(n *neighbour) []room.Request {
		req := n.next()
		if n == all[1] {
			req.Member, req.Session = grant.Member, grant.Session
		}
		return []room.Request{req}
	}
	n.client, n.seq = newClient(), 0
	n.commit(of(n)...)
	for i, want := range []error{nil, postgres.ErrMoved} {
		if i == 1 { // past the room's turn, as when its head is locked by something else
			if _, err := w.pool.Exec(ctx, `update links set revoked_at = clock_timestamp() where id = $1`, link.ID); err != nil {
				t.Fatal(err)
			}
		}
		_, errs := postgres.Together(n.store, []*room.Plan{all[0].plan, n.plan, all[2].plan}, [][]room.Request{of(all[0]), of(n), of(all[2])})
		if errs[0] != nil || !errors.Is(errs[1], want) || errs[2] != nil {
			t.Errorf("errors = %v, want %v for the second", errs, want)
		}
	}
	n.plan, n.seq = nil, n.seq-1
	if result, _ := n.commit(of(n)...); result.Verdicts[0].Err == nil || result.Verdicts[0].Err.Code != room.Forbidden {
		t.Errorf("verdict = %+v, want forbidden", result.Verdicts[0])
	}
	for _, n := range all {
		n.checkLog()
	}
}

// fragile panics at the next batch, once.
type fragile struct {
	*trips
	broken atomic.Bool
}

func (f *fragile) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	if f.broken.CompareAndSwap(true, false) {
		panic("a bug")
	}
	return f.trips.TraceBatchStart(ctx, conn, data)
}

// A panic among rooms that go together is told with the rooms' ids, and each goes
// a way of its own. // P5
func TestPanicAmongRoomsIsLoggedAndHarmsNone(t *testing.T) {
	w := newWorld(t)
	f := &fragile{trips: &trips{}}
	config := w.pool.Config()
	config.ConnConfig.Tracer = f
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	all := w.neighbours(2)
	for _, n := range all {
		n.store = postgres.New(pool)
	}
	var told bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(&told, nil)))
	f.broken.Store(true)
	for i, err := range together(t, all) {
		if !errors.Is(err, postgres.ErrMoved) {
			t.Errorf("room %d: %v", i, err)
		}
	}
	for _, n := range all {
		if !strings.Contains(told.String(), string(n.id)) {
			t.Errorf("the log does not name %s: %s", n.id, told.String())
		}
		if v := n.again(); v.Err != nil {
			t.Errorf("by itself: %v", v.Err)
		}
		n.checkLog()
	}
}

// What the database refuses because of one room harms that one alone. // I2
func TestRoomAtFaultHarmsNoOther(t *testing.T) {
	w := newWorld(t)
	all := w.neighbours(4)
	// A row that the room's next commit collides with: the log's key refuses it.
	at := all[1].plan.Revs[room.Shared] + 1
	if _, err := w.pool.Exec(context.Background(), `insert into activity (room_id, workspace_id, stream, rev, at, body)
		values ($1, $2, 'shared', $3, now(), '{}')`, string(all[1].id), string(w.workspace), int64(at)); err != nil {
		t.Fatal(err)
	}
	for i, err := range together(t, all) {
		if (i == 1) != (err != nil) || errors.Is(err, postgres.ErrMoved) {
			t.Errorf("room %d: %v", i, err)
		}
	}
	for _, i := range []int{0, 2, 3} {
		all[i].checkLog()
	}
}

// The reply to a shared transaction is lost: it is durable for all of them, and
// each is told so. // I5 I6
func TestLostReplyOfRoomsTogetherIsResolved(t *testing.T) {
	w := newWorld(t)
	proxy, through := w.throughCutter()
	config := w.pool.Config()
	config.ConnConfig.Host = through
	all := w.neighboursOn(config, 5)
	for round := range 3 {
		proxy.armed.Store(true)
		for i, err := range together(t, all) {
			if err != nil {
				t.Fatalf("round %d, room %d: %v", round, i, err)
			}
		}
	}
	if cuts := proxy.cuts.Load(); cuts != 3 {
		t.Errorf("%d replies were cut, want 3", cuts)
	}
	for _, n := range all {
		if got := n.snapshots()[room.Shared].Rev; got != n.plan.Revs[room.Shared] {
			t.Errorf("head = %d, in memory %d", got, n.plan.Revs[room.Shared])
		}
		n.checkLog()
	}
}

// Two servers write to many rooms at once, at random, in bursts long enough to
// trust their memory; clients send ops again. Every op keeps its verdict, and log
// and tables of every room agree. // I1 I2 I6 I7
func TestServersWhoseRoomsGoTogetherStayEqual(t *testing.T) {
	seed := uint64(rand.Uint32())
	t.Logf("seed %d", seed)
	w := newWorld(t)
	rooms := w.neighbours(12)
	other := w.writing()
	var writers sync.WaitGroup
	for i, n := range rooms {
		for server, store := range []*postgres.Store{n.store, other.store} {
			r := rand.New(rand.NewPCG(seed, uint64(2*i+server)))
			client := newClient()
			writers.Go(func() {
				var plan *room.Plan
				revs := map[int64]room.Rev{}
				for seq := int64(1); seq <= 60; {
					if server == 1 && seq > 6 { // long enough for both, then the first is alone
						return
					}
					asked := seq
					if r.IntN(10) == 0 {
						asked = max(1, seq-1)
					}
					next, result, err := store.Commit(context.Background(), plan, n.id,
						[]room.Request{n.request(client, asked, n.priya, room.Shared, rename(n.first, title(client, asked)))})
					if err != nil || result.Verdicts[0].Err != nil {
						t.Error(fmt.Errorf("seq %d: %w, %v", asked, err, result.Verdicts))
						return
					}
					plan = next
					if known, was := revs[asked]; was && known != result.Verdicts[0].Rev {
						t.Errorf("seq %d at %d, at first at %d", asked, result.Verdicts[0].Rev, known)
					}
					revs[asked] = result.Verdicts[0].Rev
					if asked == seq {
						seq++
					}
				}
			})
		}
	}
	writers.Wait()
	for _, n := range rooms {
		n.checkLog()
	}
}
