package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
)

// world is a room in a database of its own, with a person on each side.
type world struct {
	testing.TB
	dsn          string
	pool         *pgxpool.Pool
	store        *postgres.Store
	workspace    room.WorkspaceID
	id           room.ID
	priya, marc  room.Member
	phase, first room.RecordID
}

// workspaceKey is the workspace's own member.
var workspaceKey = room.Member{Side: room.SideSeller, Access: room.Owner}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, pgtest.New(t))
}

// newWorldOn is newWorld in a migrated database of the test's choice.
func newWorldOn(t testing.TB, dsn string) *world {
	t.Helper()
	w := &world{TB: t, dsn: dsn}
	w.pool, w.store = w.open()
	var err error
	if w.workspace, err = w.store.EnsureWorkspace(context.Background(), "Northwind"); err != nil {
		t.Fatal(err)
	}
	w.furnish()
	return w
}

// anotherRoom is a room beside w's, with people of its own.
func (w *world) anotherRoom() *world {
	w.Helper()
	other := *w
	other.furnish()
	return &other
}

// furnish makes a room with people and a milestone.
func (w *world) furnish() {
	w.Helper()
	var err error
	w.id, err = w.store.CreateRoom(context.Background(), room.NewRoom{
		Workspace: w.workspace, Name: "Rollout plan", BuyerCompany: "Acme", SellerCompany: "Northwind", TimeZone: "Europe/Berlin", GoLive: "2027-03-01",
	})
	if err != nil {
		w.Fatal(err)
	}
	w.priya = w.join("Priya Nair", room.SideSeller, room.Owner)
	w.marc = w.join("Marc Olsen", room.SideBuyer, room.Editor)
	w.phase, w.first = newID(), newID()
	w.must(w.request(newClient(), 1, w.priya, room.Shared,
		room.Op{Kind: "phase.add", ID: w.phase, Set: room.Fields{"name": "Evaluate"}},
		room.Op{Kind: "milestone.add", ID: w.first, Set: room.Fields{"phase": string(w.phase), "title": "Security review"}}))
}

// open returns another pool, as another server would have.
func (w *world) open() (*pgxpool.Pool, *postgres.Store) {
	w.Helper()
	pool, err := postgres.Open(context.Background(), w.dsn)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(pool.Close)
	return pool, postgres.New(pool)
}

func (w *world) join(name string, side room.Side, access room.Access) room.Member {
	w.Helper()
	m := room.Member{ID: newID(), Name: name, Side: side, Access: access}
	w.must(room.Request{Internal: true, Stream: room.Shared, Ops: []room.Op{{Kind: room.KindJoin, ID: m.ID, Set: room.Fields{
		"name": name, "side": string(side), "access": string(access),
	}}}})
	return m
}

func (w *world) request(c room.ClientID, seq int64, m room.Member, s room.Stream, ops ...room.Op) room.Request {
	return room.Request{Member: m, Client: c, Stream: s, Seq: seq, Ops: ops, Group: len(ops) > 1}
}

// rename is an op that sets a milestone's title.
func rename(id room.RecordID, title string) room.Op {
	return room.Op{Kind: "milestone.update", ID: id, Set: room.Fields{"title": title}}
}

func (w *world) commit(reqs ...room.Request) room.Result {
	w.Helper()
	_, result, err := w.store.Commit(context.Background(), nil, w.id, reqs)
	if err != nil {
		w.Fatal(err)
	}
	return result
}

func (w *world) must(req room.Request) room.Rev {
	w.Helper()
	v := w.commit(req).Verdicts[0]
	if v.Err != nil {
		w.Fatalf("refused: %v", v.Err)
	}
	return v.Rev
}

// snapshots returns the state of every stream, from the tables.
func (w *world) snapshots() map[room.Stream]room.StreamSnapshot {
	w.Helper()
	list, err := w.store.Snapshot(context.Background(), w.id, room.Streams[:], "")
	if err != nil {
		w.Fatal(err)
	}
	out := map[room.Stream]room.StreamSnapshot{}
	for _, s := range list {
		out[s.Stream] = s
	}
	return out
}

// checkLog fails unless every stream's log is 1…head without a hole and, folded
// from nothing, gives the tables byte for byte. // I1 I2
func (w *world) checkLog() {
	w.Helper()
	for stream, snap := range w.snapshots() {
		log, err := w.store.After(context.Background(), w.id, stream, 0, 1_000_000)
		if err != nil {
			w.Fatal(err)
		}
		plan := room.NewPlan(w.id, snap.Epoch)
		for i, l := range log {
			if l.Rev != room.Rev(i+1) {
				w.Fatalf("%s: commit %d of the log has rev %d", stream, i+1, l.Rev)
			}
			c, err := room.DecodeCommit(l.Body)
			if err != nil {
				w.Fatal(err)
			}
			plan.Fold(stream, c)
		}
		if plan.Revs[stream] != snap.Rev {
			w.Errorf("%s: the log ends at %d, the head says %d", stream, plan.Revs[stream], snap.Rev)
		}
		if got, want := string(plan.Snapshot(stream)), string(snap.Body); got != want {
			w.Errorf("%s: the log gives\n%s\nthe tables hold\n%s", stream, got, want)
		}
	}
}

func newID() room.RecordID     { return room.RecordID(uuid.NewString()) }
func newClient() room.ClientID { return room.ClientID(uuid.NewString()) }

// title returns the n-th title of a client.
func title(c room.ClientID, n int64) string { return fmt.Sprintf("%s %d", c[:8], n) }
