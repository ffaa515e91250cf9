package room

import (
	"strings"
	"testing"
)

func (w *world) depends(m Member, s Stream, n int, from, to RecordID) answer {
	w.Helper()
	return w.as(m, s, Op{Kind: "dependency.add", ID: uid(n), Set: Fields{"from": string(from), "to": string(to)}})
}

func TestDependenciesHaveNoLoops(t *testing.T) {
	w := newWorld(t)
	a := w.milestone(Shared, 0x30, Fields{"title": "A"})
	b := w.milestone(Shared, 0x31, Fields{"title": "B"})
	c := w.milestone(Shared, 0x32, Fields{"title": "C"})
	w.depends(sam, Shared, 0x40, a, b).ok(t)
	w.depends(sam, Shared, 0x41, b, c).ok(t)

	got := w.depends(sam, Shared, 0x42, c, a).refused(t, Conflict, "set.to")
	if !strings.HasSuffix(got.Err.Message, "“A” → “B” → “C” → “A”") {
		t.Errorf("refusal = %q", got.Err.Message)
	}
	w.depends(sam, Shared, 0x42, a, a).refused(t, Invalid, "set.to")
	w.depends(sam, Shared, 0x42, a, b).refused(t, Conflict, "set.to")
	w.depends(sam, Shared, 0x42, a, c).ok(t)
	w.checkLog()
}

// A loop cannot come back from the dead either.
func TestRestoreClosesNoLoop(t *testing.T) {
	w := newWorld(t)
	a, b := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, Fields{"phase": string(phase2)})
	c := w.milestone(Shared, 0x32, nil)
	w.depends(sam, Shared, 0x40, a, b).ok(t)
	w.depends(sam, Shared, 0x41, b, c).ok(t)
	w.as(sam, Shared, Op{Kind: "phase.remove", ID: phase2}).ok(t)
	w.depends(sam, Shared, 0x42, c, a).ok(t)
	w.as(sam, Shared, Op{Kind: "phase.restore", ID: phase2}).refused(t, Conflict, "id")

	w.as(sam, Shared, Op{Kind: "dependency.remove", ID: uid(0x42)}).ok(t)
	w.as(sam, Shared, Op{Kind: "phase.restore", ID: phase2}).ok(t)
	w.as(sam, Shared, Op{Kind: "dependency.restore", ID: uid(0x42)}).refused(t, Conflict, "id")
	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: b}).ok(t)
	w.as(sam, Shared, Op{Kind: "dependency.restore", ID: uid(0x42)}).ok(t)
	got := w.as(sam, Shared, Op{Kind: "milestone.restore", ID: b}).refused(t, Conflict, "id")
	if !strings.HasSuffix(got.Err.Message, ": “Milestone 49” → “Milestone 50” → “Milestone 48” → “Milestone 49”") {
		t.Errorf("refusal = %q", got.Err.Message)
	}
}

// I11: what is refused on the shared stream never depends on private records.
func TestPrivateDependenciesStayPrivate(t *testing.T) {
	w := newWorld(t)
	a, b := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, nil)
	w.depends(sam, Shared, 0x40, a, b).ok(t)
	w.depends(sam, Seller, 0x41, b, a).refused(t, Conflict, "set.to")
	w.as(sam, Shared, Op{Kind: "dependency.remove", ID: uid(0x40)}).ok(t)
	w.depends(sam, Seller, 0x41, b, a).ok(t)

	w.depends(dana, Shared, 0x42, a, b).ok(t)
	private := w.milestone(Seller, 0x32, nil)
	w.depends(sam, Shared, 0x43, a, private).refused(t, Gone, "set.to")
	w.depends(sam, Seller, 0x43, a, private).ok(t)
}
