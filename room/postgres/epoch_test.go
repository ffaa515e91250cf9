package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/room"
	"parley/room/postgres"
	"parley/room/postgres/pgtest"
)

func (w *world) head() room.Head {
	w.Helper()
	heads, err := w.store.Heads(context.Background(), []room.ID{w.id})
	if err != nil {
		w.Fatal(err)
	}
	return heads[w.id]
}

func (w *world) retitle(client room.ClientID, seq int64, title string) {
	w.Helper()
	w.must(w.request(client, seq, w.priya, room.Shared,
		room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"title": title}}))
}

// The primary dies with commits that its standby never got. What comes after the
// promotion has another epoch from the first connection on, though the control
// file does not know the new timeline until a checkpoint has ended. // P32
func TestPromotionIsAnotherEpoch(t *testing.T) {
	t.Parallel() // on clusters of its own
	pair := pgtest.NewReplicated(t)
	w := newWorldOn(t, pair.DSN())
	client := newClient()
	w.retitle(client, 1, "On both")
	pair.CatchUp()
	pair.Detach()
	w.retitle(client, 2, "Acknowledged, and lost")
	before := w.head()

	pair.FailOver()

	_, steady := w.open()
	w.store = steady
	after := w.head()
	if after.Epoch == before.Epoch || after.Revs[room.Shared] != before.Revs[room.Shared]-1 {
		t.Fatalf("before %+v, after %+v", before, after)
	}
	if timeline(t, before.Epoch) != "1" || timeline(t, after.Epoch) != "2" {
		t.Errorf("epochs %s and %s", before.Epoch, after.Epoch)
	}
	w.retitle(newClient(), 1, "In its place")
	if end := w.head(); end.Epoch != after.Epoch || end.Revs[room.Shared] != before.Revs[room.Shared] {
		t.Errorf("at the end %+v", end)
	}
}

func timeline(t *testing.T, epoch room.Epoch) string {
	t.Helper()
	parts := strings.Split(string(epoch), ".")
	if len(parts) != 3 {
		t.Fatalf("epoch %s", epoch)
	}
	return parts[1]
}

// A standby lacks what was acknowledged a moment ago: nothing is read from it.
func TestStandbyIsRefused(t *testing.T) {
	t.Parallel() // on clusters of its own
	pair := pgtest.NewReplicated(t)
	pool, err := postgres.Open(t.Context(), pair.StandbyDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()

	err = postgres.New(pool).Ping(t.Context())

	if err == nil || !strings.Contains(err.Error(), "is a standby") {
		t.Errorf("got %v", err)
	}
	pair.Promote()
	if err := postgres.New(pool).Ping(t.Context()); err != nil {
		t.Errorf("once promoted: %v", err)
	}
}

// A dump restored into another database has the same head rows, and another epoch.
func TestRestoredDatabaseIsAnotherEpoch(t *testing.T) { // P32
	w := newWorld(t)
	before := w.head()
	copied := &world{TB: t, dsn: pgtest.CopyOf(t, w.dsn, w.pool), id: w.id}
	copied.pool, copied.store = copied.open()

	after := copied.head()

	if after.Epoch == before.Epoch || after.Revs[room.Shared] != before.Revs[room.Shared] {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// rewind takes the room back to an earlier state behind everybody's back, in the
// same epoch.
func (w *world) rewind(to room.Rev, title string) {
	w.Helper()
	ctx := context.Background()
	var b pgx.Batch
	b.Queue(`delete from activity where room_id = $1 and stream = 'shared' and rev > $2`, w.id, to)
	b.Queue(`update heads set shared = $2 where room_id = $1`, w.id, to)
	b.Queue(`update milestones set title = $3 where room_id = $1 and id = $2`, w.id, w.first, title)
	b.Queue(`delete from cursors where room_id = $1 and rev > $2`, w.id, to)
	if err := w.pool.SendBatch(ctx, &b).Close(); err != nil {
		w.Fatal(err)
	}
}

// The writer that knows more than the database begins another epoch under the
// lock, whether it then commits or refuses. // P32
func TestWriterBeginsAnotherEpochWhenTheLogWentBack(t *testing.T) {
	for name, op := range map[string]room.Op{
		"with a commit":  {Kind: "milestone.update", Set: room.Fields{"title": "Next"}},
		"with a refusal": {Kind: "milestone.update", Set: room.Fields{"title": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			start := w.head()
			ctx := t.Context()
			rename := room.Op{Kind: "milestone.update", ID: w.first, Set: room.Fields{"title": "Lost"}}
			plan, _, err := w.store.Commit(ctx, nil, w.id, []room.Request{w.request(newClient(), 1, w.priya, room.Shared, rename)})
			if err != nil {
				t.Fatal(err)
			}
			w.rewind(start.Revs[room.Shared], "Security review")

			op.ID = w.first
			plan, result, err := w.store.Commit(ctx, plan, w.id, []room.Request{w.request(newClient(), 1, w.priya, room.Shared, op)})
			if err != nil {
				t.Fatal(err)
			}

			end := w.head()
			if end.Epoch == start.Epoch || plan.Epoch != end.Epoch || plan.Revs[room.Shared] != end.Revs[room.Shared] {
				t.Errorf("start %+v, end %+v, plan %s at %v", start, end, plan.Epoch, plan.Revs)
			}
			if want := start.Revs[room.Shared] + room.Rev(len(result.Commits)); end.Revs[room.Shared] != want {
				t.Errorf("end %+v, want rev %d", end, want)
			}
		})
	}
}

// Several servers see the same fault; one epoch follows from it.
func TestNewEpochCountsOnce(t *testing.T) { // P32
	w := newWorld(t)
	old := w.head().Epoch
	var first room.Head
	for i := range 3 {
		head, err := w.store.NewEpoch(t.Context(), w.id, old)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = head
		}
		if head.Epoch == old || head.Epoch != first.Epoch || head.Epoch != w.head().Epoch {
			t.Errorf("server %d: %s after %s", i, head.Epoch, old)
		}
	}
	other, err := w.store.NewEpoch(t.Context(), w.id, "1.7.00000000") // of another history
	if err != nil || other.Epoch != first.Epoch {
		t.Errorf("%+v, %v", other, err)
	}
	var refusal *room.Error
	if _, err := w.store.NewEpoch(t.Context(), room.ID(newID()), old); !errors.As(err, &refusal) || refusal.Code != room.Gone {
		t.Errorf("a room that is not there: %v", err)
	}
}
