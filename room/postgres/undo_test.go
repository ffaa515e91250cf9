package postgres_test

import (
	"strings"
	"testing"

	"parley/room"
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
