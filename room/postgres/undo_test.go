package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/room"
	"parley/room/postgres"
)

// An undo is compare-and-set: it takes back what is still there, and is refused
// with a name where somebody else came after, also when both are in one batch. // I8
func TestUndoIsComparedUnderTheLock(t *testing.T) {
	w := newWorld(t)
	a, b := newClient(), newClient()
	undo := func(rev room.Rev) room.Op { return room.Op{Kind: room.KindUndo, Rev: rev} }
	first := w.must(w.request(a, 1, w.priya, room.Shared, rename(w.first, "Priya's")))

	w.must(w.request(a, 2, w.priya, room.Shared, undo(first)))

	if body := string(w.snapshots()[room.Shared].Body); !strings.Contains(body, `"Security review"`) {
		t.Errorf("the first title is not back:\n%s", body)
	}

	second := w.must(w.request(a, 3, w.priya, room.Shared, rename(w.first, "Priya's again")))
	verdicts := w.commit(
		w.request(b, 1, w.marc, room.Shared, rename(w.first, "Marc's")),
		w.request(a, 4, w.priya, room.Shared, undo(second)),
	).Verdicts

	if err := verdicts[1].Err; err == nil || err.Code != room.Conflict || !strings.Contains(err.Message, "Marc Olsen") {
		t.Errorf("undo after somebody else = %v, want a conflict that names Marc Olsen", err)
	}
	if body := string(w.snapshots()[room.Shared].Body); !strings.Contains(body, `"Marc's"`) {
		t.Errorf("Marc's title is gone:\n%s", body)
	}
	w.checkLog()
}

// What a shift took along in the sender's private stream goes back with it,
// whether the undo comes later or in the same batch. // I11
func TestUndoFindsTheTwin(t *testing.T) {
	for _, together := range []bool{false, true} {
		w := newWorld(t)
		c := newClient()
		private, live := newID(), newID()
		w.must(w.request(c, 1, w.priya, room.Shared, room.Op{Kind: "milestone.add", ID: live,
			Set: room.Fields{"phase": string(w.phase), "title": "Go-live", "is_go_live": true, "due": "2027-03-01"}}))
		w.must(w.request(c, 1, w.priya, room.Seller, room.Op{Kind: "milestone.add", ID: private,
			Set: room.Fields{"phase": string(w.phase), "title": "Discount", "due": "2027-02-01"}}))
		before := string(w.snapshots()[room.Seller].Body)
		shift := w.request(c, 2, w.priya, room.Shared, room.Op{Kind: room.KindShift, Due: "2027-03-08", Mode: "all"})
		undo := w.request(c, 3, w.priya, room.Shared, room.Op{Kind: room.KindUndo, Rev: w.snapshots()[room.Shared].Rev + 1})

		if together {
			for i, v := range w.commit(shift, undo).Verdicts {
				if v.Err != nil {
					t.Fatalf("request %d: %v", i, v.Err)
				}
			}
		} else {
			w.must(shift)
			if body := string(w.snapshots()[room.Seller].Body); !strings.Contains(body, "2027-02-08") {
				t.Fatalf("the shift took nothing along:\n%s", body)
			}
			w.must(undo)
		}

		if after := string(w.snapshots()[room.Seller].Body); after != before {
			t.Errorf("together=%t: undone, the private stream is\n%s\nwant\n%s", together, after, before)
		}
		w.checkLog()
	}
}

// However long a private stream is, its twins are found without reading it: the
// room is locked meanwhile.
func TestTwinIsFoundInALongStream(t *testing.T) {
	w := newWorld(t)
	w.exec(`insert into activity (room_id, stream, rev, workspace_id, client, seq, at, body)
		select '` + string(w.id) + `', 'seller', i, '` + string(w.workspace) + `',
			case when i % 100 > 0 then gen_random_uuid() end, case when i % 100 > 0 then 1 end, now() - i * interval '1 second',
			(case when i % 100 = 0 then '{"of":{"stream":"shared","rev":' || i || '}}' else '{"kind":"note.edit","changes":[]}' end)::json
		from generate_series(1000, 40000) i`)
	w.exec(`analyze activity`)
	rows, err := w.pool.Query(context.Background(), `explain `+postgres.TwinSQL, w.id, 2, room.Seller)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if plan := strings.Join(lines, "\n"); !strings.Contains(plan, "activity_twins") {
		t.Errorf("the stream is read:\n%s", plan)
	}
}
