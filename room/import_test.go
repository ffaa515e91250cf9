package room

import (
	"fmt"
	"testing"
)

// A table above what a group may hold is one commit, and one undo takes it back.
func TestImportIsOneCommitAndOneUndo(t *testing.T) {
	w := newWorld(t)
	rows := []ImportRow{}
	for i := range 3 * MaxGroup {
		rows = append(rows, ImportRow{Title: fmt.Sprintf("Step %d", i+1), Due: "2026-10-19", Status: "in_progress"})
	}
	rows[0].Phase, rows[0].Owner, rows[0].SellerOwner = "evaluate", "marc olsen", "Priya Nair"
	rows[1].Status, rows[1].Owner, rows[1].OwnerSide = "done", "Legal", "buyer"
	rows[2].Phase, rows[2].Owner, rows[2].OwnerSide = "Contract", "legal", "buyer"

	a := w.as(sam, Shared, Op{Kind: KindPlanImport, Rows: rows}).ok(t)
	if len(a.commits) != 1 || a.commits[0].Commit.Kind != KindPlanImport {
		t.Fatalf("%d commits", len(a.commits))
	}
	first := w.order(Shared, Milestone, phase1)
	f := w.fields(Shared, Milestone, first[0])
	if len(first) != 2 || f["title"] != "Step 1" || f["buyer_owner"] != string(marc.ID) || f["seller_owner"] != string(priya.ID) {
		t.Errorf("the first phase has %d milestones, the first is %v", len(first), f)
	}
	second := w.fields(Shared, Milestone, first[1])
	if second["status"] != "done" || second["completed_at"] == nil || second["completed_by"] != string(sam.ID) {
		t.Errorf("what was done is %v", second)
	}
	if n := len(w.plan.Streams[Shared][RoleSlot]); n != 1 {
		t.Errorf("%d role slots, want 1", n)
	}
	w.checkLog()

	w.as(sam, Shared, Op{Kind: KindUndo, Rev: a.Rev}).ok(t)
	if n := newDraft(w.plan, Stamp{}, Shared).count(Shared, Milestone); n != 0 {
		t.Errorf("%d milestones are left after the undo", n)
	}
	w.checkLog()
}

// Nothing is half imported: one row at fault, or one too many, and nothing is.
func TestImportIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	rows := []ImportRow{{Title: "A"}, {Title: " "}}
	w.as(sam, Shared, Op{Kind: KindPlanImport, Rows: rows}).refused(t, Invalid, "rows[1].title")
	rows = make([]ImportRow, MaxMilestones+1)
	for i := range rows {
		rows[i].Title = "A"
	}
	if a := w.as(sam, Shared, Op{Kind: KindPlanImport, Rows: rows}); a.Err == nil || a.Err.Code != Limit {
		t.Errorf("501 rows: %v", a.Err)
	}
	if n := newDraft(w.plan, Stamp{}, Shared).count(Shared, Milestone); n != 0 {
		t.Errorf("%d milestones", n)
	}
}

// It is an editor's op of the shared plan, and never comes over the wire.
func TestWhoImports(t *testing.T) {
	w := newWorld(t)
	op := Op{Kind: KindPlanImport, Rows: []ImportRow{{Title: "A"}}}
	if a := w.as(chris, Shared, op); a.Err == nil || a.Err.Code != Forbidden {
		t.Errorf("a contributor: %v", a.Err)
	}
	if a := w.as(sam, Seller, op); a.Err == nil || a.Err.Code != Invalid {
		t.Errorf("on a private stream: %v", a.Err)
	}
	tree, _ := ParseJSON([]byte(`{"op":{"kind":"plan.import","rows":[]}}`))
	if _, _, err := DecodeOps(tree.(map[string]any)); CodeOf(err) != Invalid {
		t.Errorf("over the wire: %v", err)
	}
}
