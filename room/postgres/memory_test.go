package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
)

// writing is a server's writer of a room: a store, and the plan it has in memory.
type writing struct {
	*world
	store *postgres.Store
	trips *trips
	plan  *room.Plan
	revs  room.Revs // where the commits it was told of end
}

// trips counts the batches that connections send. Each is a round trip, once its
// statements are prepared; the rollback of a batch that wrote nothing is not counted.
type trips struct{ atomic.Int64 }

func (t *trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	t.Add(1)
	return ctx
}
func (t *trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (t *trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
func (t *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}
func (t *trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (w *world) writing() *writing {
	w.Helper()
	return w.writingOn(w.pool.Config())
}

// writingOn is writing through a pool of the test's choice.
func (w *world) writingOn(config *pgxpool.Config) *writing {
	w.Helper()
	s := &writing{world: w, trips: &trips{}, revs: room.Revs{}}
	config.ConnConfig.Tracer = s.trips
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(pool.Close)
	s.store = postgres.New(pool)
	return s
}

// commit is one batch with the plan that the server has, and returns how many
// round trips it took.
func (s *writing) commit(reqs ...room.Request) (room.Result, int64) {
	s.Helper()
	before := s.trips.Load()
	plan, result, err := s.store.Commit(context.Background(), s.plan, s.id, reqs)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range result.Commits { // nothing missing, nothing twice
		if last := s.revs[c.Stream]; last != 0 && c.Commit.Rev != last+1 {
			s.Fatalf("%s: rev %d follows %d", c.Stream, c.Commit.Rev, last)
		}
		s.revs[c.Stream] = c.Commit.Rev
	}
	s.plan = plan
	return result, s.trips.Load() - before
}

// A writer that is alone in its room commits in one round trip, refusals
// included. Where what it remembers does not suffice it locks the room and looks:
// one to lock, one to look into the log if need be, one to write if need be.
func TestLoneWriterTakesOneRoundTrip(t *testing.T) {
	w := newWorld(t)
	s := w.writing()
	c := newClient()
	rev := func(r room.Result) room.Rev { return r.Commits[len(r.Commits)-1].Commit.Rev }
	first, _ := s.commit(w.request(c, 1, w.priya, room.Shared, rename(w.first, "One")))
	undo := room.Op{Kind: room.KindUndo, Rev: rev(first)}

	for _, step := range []struct {
		what string
		req  room.Request
		want int64
	}{
		{"an edit", w.request(c, 2, w.priya, room.Shared, rename(w.first, "Two")), 1},
		{"a refused edit", w.request(c, 3, w.priya, room.Shared, rename(newID(), "Nobody knows this one")), 1},
		{"an edit of two streams", w.request(c, 4, w.priya, room.Shared, room.Op{Kind: "room.update", ID: room.RecordID(w.id), Set: room.Fields{"amount": "125000.00", "purpose": "Why"}}), 1},
		{"an edit of a private stream", w.request(c, 1, w.priya, room.Seller, room.Op{Kind: "milestone.add", ID: newID(), Set: room.Fields{"phase": string(w.phase), "title": "Discount"}}), 1},
		{"a new client", w.request(newClient(), 1, w.marc, room.Shared, rename(w.first, "Three")), 2},
		{"the first again", w.request(c, 5, w.priya, room.Shared, rename(w.first, "Four")), 1},
		{"an op sent again", w.request(c, 2, w.priya, room.Shared, rename(w.first, "Two")), 2},
		{"an op too early", w.request(c, 9, w.priya, room.Shared, rename(w.first, "Nine")), 1},
		{"undo", w.request(c, 6, w.priya, room.Shared, undo), 3},
		{"after all that", w.request(c, 7, w.priya, room.Shared, rename(w.first, "Seven")), 1},
	} {
		_, trips := s.commit(step.req)
		if trips != step.want {
			t.Errorf("%s took %d round trips, want %d", step.what, trips, step.want)
		}
	}
	w.checkLog()
}

// A client goes from one server to another and back. Whatever it did there, the
// first server's memory of it is not trusted: also a refusal, which moves no rev,
// takes a turn. // I6 I7
func TestMemoryYieldsToAnotherServersTurn(t *testing.T) {
	w := newWorld(t)
	a, b := w.writing(), w.writing()
	c := newClient()
	op := func(seq int64) room.Request {
		return w.request(c, seq, w.priya, room.Shared, rename(w.first, title(c, seq)))
	}
	a.commit(op(1))
	if _, trips := a.commit(op(2)); trips != 1 {
		t.Fatalf("%d round trips, want the memory to be used", trips)
	}
	refusal := w.request(c, 3, w.priya, room.Shared, rename(newID(), "Nobody knows this one"))
	there, _ := b.commit(refusal)

	again, _ := a.commit(w.request(c, 3, w.priya, room.Shared, rename(w.first, "Would be fine"))) // the same seq: not to be judged anew
	next, _ := a.commit(op(4))

	if v := again.Verdicts[0]; v.Err == nil || v.Err.Error() != there.Verdicts[0].Err.Error() {
		t.Errorf("seq 3 = %+v at the first server, %+v at the second", v, there.Verdicts[0])
	}
	if v := next.Verdicts[0]; v.Err != nil {
		t.Errorf("seq 4 = %+v", v)
	}
	b.commit(op(5))
	if result, _ := a.commit(op(6)); result.Verdicts[0].Err != nil || len(result.Commits) != 2 {
		t.Errorf("seq 6 = %+v with %d commits, want the other server's before it", result.Verdicts[0], len(result.Commits))
	}
	w.checkLog()
}

// A session that ended since the last batch is found out by the claim.
func TestMemoryDoesNotOutliveASession(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	link, _, err := w.store.CreateLink(ctx, room.NewLink{Workspace: w.workspace, Room: w.id, Side: room.SideBuyer, Access: room.Editor})
	if err != nil {
		t.Fatal(err)
	}
	_, grant, err := w.store.CreateSession(ctx, link, room.Visitor{Participant: w.marc.ID})
	if err != nil {
		t.Fatal(err)
	}
	s := w.writing()
	c := newClient()
	op := func(seq int64) room.Request {
		req := w.request(c, seq, grant.Member, room.Shared, rename(w.first, title(c, seq)))
		req.Session = grant.Session
		return req
	}
	s.commit(op(1))
	if result, trips := s.commit(op(2)); result.Verdicts[0].Err != nil || trips != 1 {
		t.Fatalf("%+v in %d round trips, want it accepted from memory", result.Verdicts[0], trips)
	}
	if _, err := w.store.RevokeLink(ctx, w.workspace, link.ID); err != nil {
		t.Fatal(err)
	}

	result, _ := s.commit(op(3))

	if v := result.Verdicts[0]; v.Err == nil || v.Err.Code != room.Forbidden {
		t.Errorf("verdict = %+v, want forbidden", v)
	}
	s.commit(w.request(newClient(), 1, w.priya, room.Shared, rename(w.first, "Others go on")))
	w.checkLog()
}

// Commits judged from memory have the database's time: never ahead of it, and
// never before that of the commit before.
func TestMemoryKeepsTheDatabasesTime(t *testing.T) {
	w := newWorld(t)
	s := w.writing()
	c := newClient()
	last := ""
	for seq := int64(1); seq <= 50; seq++ {
		result, _ := s.commit(w.request(c, seq, w.priya, room.Shared, rename(w.first, title(c, seq))))
		at := result.Commits[0].Commit.At
		var now time.Time
		if err := w.pool.QueryRow(context.Background(), `select clock_timestamp()`).Scan(&now); err != nil {
			t.Fatal(err)
		}
		if at < last || at > now.UTC().Format(room.InstantFormat) {
			t.Fatalf("commit %d is of %s, the one before of %s, the database's clock says %s", seq, at, last, now)
		}
		last = at
	}
}

// Two servers take turns at random, in bursts long enough to trust their
// memory; clients change servers, send ops again and get refused. Every op keeps
// its first verdict, both are told every commit once, and log, tables and both
// memories end up the same. // I1 I2 I6 I7
func TestServersThatRememberStayEqual(t *testing.T) {
	for _, seed := range []uint64{1, 5, uint64(rand.Uint32())} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t)
			r := rand.New(rand.NewPCG(seed, 0))
			servers := []*writing{w.writing(), w.writing()}
			clients := []room.ClientID{newClient(), newClient(), newClient()}
			sent := map[room.ClientID][]room.Request{}
			verdicts := map[room.ClientID][]room.Verdict{}
			ids := []room.RecordID{w.first}
			once := int64(0)
			for range 12 {
				s := servers[r.IntN(2)]
				for range 1 + r.IntN(40) {
					var reqs []room.Request
					for range 1 + r.IntN(3) {
						c := clients[r.IntN(len(clients))]
						if n := len(sent[c]); n > 0 && r.IntN(8) == 0 {
							reqs = append(reqs, sent[c][n-1-r.IntN(min(n, 5))])
							continue
						}
						op, id := w.randomOp(r, ids)
						ids = append(ids, id)
						req := w.request(c, int64(len(sent[c])+1), w.priya, room.Shared, op)
						sent[c] = append(sent[c], req)
						reqs = append(reqs, req)
					}
					result, trips := s.commit(reqs...)
					if trips == 1 {
						once++
					}
					for i, v := range result.Verdicts {
						c, seq := reqs[i].Client, int(reqs[i].Seq)
						if seq == len(verdicts[c])+1 {
							verdicts[c] = append(verdicts[c], v)
							continue
						}
						if first := verdicts[c][seq-1]; first.Rev != v.Rev || fmt.Sprint(first.Err) != fmt.Sprint(v.Err) {
							t.Fatalf("op %d of %s: %+v, at first %+v", seq, c, v, first)
						}
					}
				}
			}
			if once == 0 {
				t.Error("memory was never used")
			}
			w.checkLog()
			for i, s := range servers {
				s.commit(w.request(newClient(), 1, w.priya, room.Shared, rename(newID(), "Catches up only")))
				for stream, snap := range w.snapshots() {
					if got := string(s.plan.Snapshot(stream)); got != string(snap.Body) {
						t.Errorf("server %d, %s: in memory\n%s\nin the tables\n%s", i, stream, got, snap.Body)
					}
				}
			}
		})
	}
}
