package room

import (
	"strings"
	"testing"
)

// undo sends an op.undo of an accepted op.
func (w *world) undo(m Member, s Stream, rev Rev) answer {
	w.Helper()
	return w.as(m, s, Op{Kind: KindUndo, Rev: rev})
}

func TestUndoAndRedo(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, Fields{"title": "Legal", "due": "2026-06-01"})
	before := string(w.plan.Snapshot(Shared))
	a := w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"title": "Legal review", "due": nil}}).ok(t)
	after := string(w.plan.Snapshot(Shared))

	back := w.undo(sam, Shared, a.Rev).ok(t)
	if got := string(w.plan.Snapshot(Shared)); got != before {
		t.Errorf("undone: %s\nwant %s", got, before)
	}
	again := w.undo(sam, Shared, back.Rev).ok(t)
	if got := string(w.plan.Snapshot(Shared)); got != after {
		t.Errorf("done again: %s\nwant %s", got, after)
	}
	w.undo(sam, Shared, again.Rev).ok(t)
	w.checkLog()
}

// I8: undo sets a field only while it is as the sender left it; it never writes
// over somebody else's work.
func TestUndoIsRefusedAfterSomebodyElse(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	created := w.plan.Revs[Shared]
	a := w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"title": "Mine", "duration_days": int64(3)}}).ok(t)
	w.as(marc, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"title": "His"}}).ok(t)
	other := w.as(marc, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"description": "Free"}}).ok(t)

	got := w.undo(sam, Shared, a.Rev).refused(t, Conflict, "rev")
	if got.Err.Message != "Marc Olsen changed this after you" || got.Err.Current != "His" {
		t.Errorf("refusal = %+v", got.Err)
	}
	w.undo(sam, Shared, created).refused(t, Conflict, "rev")
	w.undo(sam, Shared, other.Rev).refused(t, Forbidden, "rev")
	w.undo(marc, Shared, other.Rev).ok(t)
}

func TestUndoOfACreateRemoves(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	made := w.plan.Revs[Shared]

	back := w.undo(sam, Shared, made).ok(t)
	if f := w.fields(Shared, Milestone, m); f["removed"] != true {
		t.Errorf("milestone = %v", f)
	}
	w.undo(sam, Shared, back.Rev).ok(t)
	if f := w.fields(Shared, Milestone, m); f["removed"] != nil {
		t.Errorf("milestone = %v", f)
	}
}

func TestUndoKeepsTheRules(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	c := uid(0x40)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: c, Set: Fields{"milestone": string(m), "text": "x"}}).ok(t)
	w.as(sam, Shared, Op{Kind: KindCriterionMeet, ID: c}).ok(t)
	w.as(sam, Shared, Op{Kind: KindMilestoneComplete, ID: m}).ok(t)
	reopened := w.as(sam, Shared, Op{Kind: KindMilestoneReopen, ID: m}).ok(t)
	w.as(marc, Shared, Op{Kind: KindCriterionUnmeet, ID: c}).ok(t)

	w.undo(sam, Shared, reopened.Rev).refused(t, Conflict, "rev")

	removed := w.as(sam, Shared, Op{Kind: "criterion.remove", ID: c}).ok(t)
	w.as(marc, Shared, Op{Kind: "milestone.remove", ID: m}).ok(t)
	got := w.undo(sam, Shared, removed.Rev).refused(t, Conflict, "rev")
	if !strings.Contains(got.Err.Message, "Milestone 48") {
		t.Errorf("refusal = %q", got.Err.Message)
	}
}

func TestUndoWhatItCannot(t *testing.T) {
	w := newWorld(t)
	private := w.milestone(Seller, 0x30, nil)
	a := w.as(sam, Seller, Op{Kind: KindMilestonePublish, ID: private}).ok(t)
	w.undo(sam, Seller, a.Rev).refused(t, Invalid, "rev")
	w.undo(sam, Shared, a.commits[1].Commit.Rev).refused(t, Invalid, "rev")

	p := w.as(priya, Shared, Op{Kind: "participant.update", ID: marc.ID, Set: Fields{"access": "viewer"}}).ok(t)
	w.undo(priya, Shared, p.Rev).refused(t, Invalid, "rev")
	w.undo(workspace, Shared, 1).refused(t, Invalid, "rev")

	// What an editor did, a viewer does not undo.
	m := w.as(dana, Shared, Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}}).ok(t)
	w.as(priya, Shared, Op{Kind: "participant.update", ID: dana.ID, Set: Fields{"access": "commenter"}}).ok(t)
	w.undo(dana, Shared, m.Rev).refused(t, Forbidden, "")
}

// Undoing a template takes the whole plan away again, its go-live too.
func TestUndoOfATemplate(t *testing.T) {
	w := newWorld(t)
	a := w.json(sam, Shared, `{"kind":"template.apply","template":"software-purchase","go_live":"2026-09-01"}`).ok(t)

	w.undo(sam, Shared, a.Rev).ok(t)

	for id, rec := range w.plan.Streams[Shared][Milestone] {
		if rec.Fields["removed"] != true {
			t.Errorf("milestone %s is still there", id)
		}
	}
	if f := w.fields(Shared, RoomEntity, RecordID(testRoom)); f["go_live"] != nil {
		t.Errorf("room = %v", f)
	}
	w.checkLog()
}

// The place that a move left may be taken when it is undone.
func TestUndoOfAMoveFindsAPlace(t *testing.T) {
	w := newWorld(t)
	a, b := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, nil)
	moved := w.as(sam, Shared, Op{Kind: "milestone.move", ID: b, Place: Place{Set: true, First: true}}).ok(t)
	c := w.milestone(Shared, 0x32, nil) // takes b's former key

	w.undo(sam, Shared, moved.Rev).ok(t)

	keys := map[Value]bool{}
	for _, id := range []RecordID{a, b, c} {
		keys[w.fields(Shared, Milestone, id)["pos"]] = true
	}
	if got := w.order(Shared, Milestone, phase1); len(keys) != 3 || got[0] != a {
		t.Errorf("order = %v, keys = %v", got, keys)
	}
}
