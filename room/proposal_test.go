package room

import (
	"strings"
	"testing"
)

func (w *world) propose(m Member, n int, milestone RecordID, to string) RecordID {
	w.Helper()
	w.as(m, Shared, Op{Kind: KindDatePropose, ID: uid(n), Milestone: milestone, To: to, Reason: "The auditor is away"}).ok(w)
	return uid(n)
}

func TestAProposalLeavesTheDateUntilAYes(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	p := w.propose(chris, 0x70, legal, "2026-06-08")
	if f := w.fields(Shared, Milestone, legal); f["due"] != "2026-06-01" || w.holding() != "seller buyer" {
		t.Errorf("a proposal alone did something: %v", f)
	}
	yes := w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p, Reason: "Fine"}).ok(t)
	if f := w.fields(Shared, Milestone, legal); f["due"] != "2026-06-08" || f["moved_by"] != nil || f["due_reason"] != "The auditor is away" || f["agreed_due"] != "2026-06-01" {
		t.Errorf("accepted: %v", f)
	}
	w.undo(sam, Shared, yes.Rev).ok(t)
	if f := w.fields(Shared, DateProposal, p); f["state"] != "open" || f["answered_by"] != nil || w.fields(Shared, Milestone, legal)["due"] != "2026-06-01" {
		t.Errorf("undone: %v", f)
	}
	yes = w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p}).ok(t)
	w.alone(dana, legal, "2026-06-10")
	w.undo(sam, Shared, yes.Rev).refused(t, Conflict, "rev")
	w.checkLog()
}

// I8: one answer is enough, and it is to the date that was proposed from.
func TestAnswersAreComparedAndSet(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	p := w.propose(dana, 0x70, legal, "2026-06-08")
	w.alone(marc, legal, "2026-06-03")
	a := w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p}).refused(t, Conflict, "id")
	if a.Err.Current != "2026-06-03" || !strings.Contains(a.Err.Message, "is due 3 Jun 2026 now, not 1 Jun 2026") {
		t.Errorf("refusal = %+v", a.Err)
	}
	w.as(sam, Shared, Op{Kind: KindDateCounter, ID: p, To: "2026-06-08"}).refused(t, Conflict, "to")
	w.as(sam, Shared, Op{Kind: KindDateCounter, ID: p, To: "2026-06-05", Reason: "Halfway"}).ok(t)
	a = w.as(priya, Shared, Op{Kind: KindDateDecline, ID: p}).refused(t, Conflict, "id")
	if a.Err.Message != "Sam Ode was first: this proposal is countered" {
		t.Errorf("refusal = %q", a.Err.Message)
	}
	var counter RecordID
	for id, rec := range w.plan.Streams[Shared][DateProposal] {
		if rec.Fields["counters"] == string(p) {
			counter = id
		}
	}
	if f := w.fields(Shared, DateProposal, counter); f["from"] != "2026-06-03" || f["to"] != "2026-06-05" || f["side"] != "seller" {
		t.Fatalf("counter = %v", f)
	}
	w.as(sam, Shared, Op{Kind: KindDateAccept, ID: counter}).refused(t, Forbidden, "id")
	w.as(dana, Shared, Op{Kind: KindDateAccept, ID: counter}).ok(t)
	if f := w.fields(Shared, Milestone, legal); f["due"] != "2026-06-05" || f["moved_by"] != nil {
		t.Errorf("milestone = %v", f)
	}
}

func TestProposalsThatCannotBe(t *testing.T) {
	w, legal, live := agreedWorld(t)
	private := w.milestone(Seller, 0x33, Fields{"due": "2026-06-01"})
	ask := func(id RecordID, to string) Op {
		return Op{Kind: KindDatePropose, ID: uid(0x71), Milestone: id, To: to, Reason: "x"}
	}
	w.as(dana, Shared, ask(legal, "2026-06-01")).refused(t, Conflict, "to")
	w.as(pat, Shared, ask(legal, "2026-06-08")).refused(t, Forbidden, "")
	w.as(kim, Shared, ask(legal, "2026-06-08")).refused(t, Forbidden, "")
	w.as(sam, Shared, ask(private, "2026-06-08")).refused(t, Gone, "milestone")
	w.as(sam, Seller, ask(private, "2026-06-08")).refused(t, Invalid, "stream")
	w.as(sam, Shared, ask(uid(0xff), "2026-06-08")).refused(t, Gone, "milestone")

	p := w.propose(dana, 0x70, legal, "2026-06-08")
	a := w.as(sam, Shared, ask(legal, "2026-06-15")).refused(t, Conflict, "milestone")
	if a.Err.Message != "Acme has proposed 8 Jun 2026 already; that is to be answered or withdrawn first" {
		t.Errorf("refusal = %q", a.Err.Message)
	}
	w.as(dana, Shared, Op{Kind: KindDateAccept, ID: p}).refused(t, Forbidden, "id")
	w.as(marc, Shared, Op{Kind: KindDateDecline, ID: p}).refused(t, Forbidden, "id")
	w.as(pat, Shared, Op{Kind: KindDateAccept, ID: p}).refused(t, Forbidden, "")
	w.as(tomas, Shared, Op{Kind: KindDateAccept, ID: p}).refused(t, Forbidden, "")
	w.as(sam, Shared, Op{Kind: KindDateWithdraw, ID: p}).refused(t, Forbidden, "id")
	w.as(sam, Shared, Op{Kind: KindDateAccept, ID: uid(0xff)}).refused(t, Gone, "id")

	w.as(dana, Shared, Op{Kind: "milestone.update", ID: legal, Set: Fields{"status": "cancelled"}}).ok(t)
	w.as(sam, Shared, Op{Kind: KindDateAccept, ID: p}).refused(t, Conflict, "id")
	w.as(chris, Shared, Op{Kind: KindDateWithdraw, ID: p}).ok(t)
	w.as(dana, Shared, Op{Kind: KindMilestoneComplete, ID: live}).ok(t)
	w.as(dana, Shared, ask(live, "2026-09-08")).refused(t, Conflict, "milestone")
	w.as(dana, Shared, Op{Kind: "milestone.remove", ID: legal}).ok(t)
	w.as(dana, Shared, ask(legal, "2026-06-08")).refused(t, Gone, "milestone")
}

func TestUndoOfAProposal(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	w.propose(chris, 0x70, legal, "2026-06-08")
	w.undo(chris, Shared, w.plan.Revs[Shared]).ok(t)
	w.propose(dana, 0x71, legal, "2026-06-15")
	gone := w.as(dana, Shared, Op{Kind: KindDateWithdraw, ID: uid(0x71)}).ok(t)
	p := w.propose(dana, 0x72, legal, "2026-06-22")
	w.undo(dana, Shared, gone.Rev).refused(t, Conflict, "rev") // there is an open one again
	made := w.plan.Revs[Shared]
	w.as(sam, Shared, Op{Kind: KindDateDecline, ID: p}).ok(t)
	w.undo(dana, Shared, made).refused(t, Conflict, "rev")
	w.undo(dana, Shared, gone.Rev).ok(t)
}
