package room

import (
	"slices"
	"testing"
)

// agreedChain is an agreed plan in which three milestones wait for each other.
func agreedChain(t *testing.T) (w *world, ids []RecordID) {
	w = newWorld(t)
	for i, due := range []string{"2026-06-01", "2026-06-08", "2026-06-15"} {
		ids = append(ids, w.milestone(Shared, 0x30+i, Fields{"due": due, "duration_days": int64(3), "is_go_live": onlyTrue(i == 2)}))
	}
	for i := range 2 {
		w.as(sam, Shared, Op{Kind: "dependency.add", ID: uid(0x40 + i), Set: Fields{"from": string(ids[i]), "to": string(ids[i+1])}}).ok(t)
	}
	w.agree(sam)
	w.agree(dana)
	return w, ids
}

func onlyTrue(b bool) Value {
	if b {
		return true
	}
	return nil
}

// marks returns who moved each milestone alone.
func (w *world) marks(ids []RecordID) (out []Value) {
	for _, id := range ids {
		out = append(out, w.fields(Shared, Milestone, id)["moved_by"])
	}
	return out
}

// A push is a move of every date that it moves.
func TestAPushDoesNotMoveAgreedDatesByTheWay(t *testing.T) {
	w, ids := agreedChain(t)
	push := Op{Kind: KindReschedule, ID: ids[0], Due: "2026-06-10", Push: true, Reason: "The auditor is away"}
	a := w.as(dana, Shared, push).refused(t, Conflict, "due")
	if got, ok := a.Err.Current.([]string); !ok || len(got) != 3 {
		t.Errorf("refusal = %+v", a.Err)
	}
	// Also where the one that is asked for is not agreed itself.
	w.as(dana, Shared, Op{Kind: "milestone.add", ID: uid(0x50), Set: Fields{"phase": string(phase1), "title": "New", "due": "2026-06-02"}}).ok(t)
	w.as(dana, Shared, Op{Kind: "dependency.add", ID: uid(0x51), Set: Fields{"from": string(uid(0x50)), "to": string(ids[0])}}).ok(t)
	a = w.as(dana, Shared, Op{Kind: KindReschedule, ID: uid(0x50), Due: "2026-06-05", Push: true}).refused(t, Conflict, "due")
	push.Unilateral = true
	moved := w.as(dana, Shared, push).ok(t)
	if got := w.marks(ids); !slices.Equal(got, []Value{"buyer", "buyer", "buyer"}) {
		t.Errorf("marked: %v", got)
	}
	for _, id := range ids {
		if f := w.fields(Shared, Milestone, id); f["due_reason"] != "The auditor is away" {
			t.Errorf("milestone = %v", f)
		}
	}
	w.undo(dana, Shared, moved.Rev).ok(t)
	if got := w.marks(ids); !slices.Equal(got, []Value{nil, nil, nil}) {
		t.Errorf("undone, marked: %v", got)
	}
}

func TestAShiftOfAgreedDatesIsMarked(t *testing.T) {
	w, ids := agreedChain(t)
	shift := Op{Kind: KindShift, Due: "2026-06-22", Mode: ShiftAll}
	w.as(sam, Shared, shift).refused(t, Conflict, "to")
	shift.Unilateral = true
	w.as(sam, Shared, shift).ok(t)
	if got := w.marks(ids); !slices.Equal(got, []Value{"seller", "seller", "seller"}) {
		t.Errorf("marked: %v", got)
	}
	back := Op{Kind: KindShift, Due: "2026-06-15", Mode: ShiftAll}
	w.as(dana, Shared, back).ok(t) // to what was agreed
	if got := w.marks(ids); !slices.Equal(got, []Value{nil, nil, nil}) {
		t.Errorf("back, marked: %v", got)
	}
}

// Both sides want the proposed date; what it pushes is moved by who accepts, so
// other agreed dates move with unilateral alone, marked. // I8
func TestAnAcceptedDatePushes(t *testing.T) {
	w, ids := agreedChain(t)
	p := w.propose(dana, 0x70, ids[0], "2026-06-10")
	a := w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p, Push: true}).refused(t, Conflict, "push")
	if got, _ := a.Err.Current.([]string); len(got) != 2 {
		t.Errorf("refusal = %+v", a.Err)
	}
	w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p, Push: true, Unilateral: true}).ok(t)
	if f := w.fields(Shared, Milestone, ids[2]); f["due"] == "2026-06-15" || f["agreed_due"] != "2026-06-15" {
		t.Errorf("go-live = %v", f)
	}
	if got := w.marks(ids); !slices.Equal(got, []Value{nil, "seller", "seller"}) {
		t.Errorf("marked: %v", got)
	}
	w.checkLog()
}

// The largest plan can be agreed on, as one commit.
func TestAgreeingOnTheLargestPlan(t *testing.T) {
	w := newWorld(t)
	for i := range MaxMilestones {
		w.milestone(Shared, 0x1000+i, Fields{"due": "2026-06-01"})
	}
	w.agree(sam)
	a := w.agree(dana)
	if n := len(a.changes(Shared)); n != MaxMilestones+3 {
		t.Errorf("%d changes", n)
	}
	t.Logf("the commit has %d bytes", len(a.commits[0].Body))
}
