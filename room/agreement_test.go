package room

import (
	"strings"
	"testing"
)

// agreedWorld is a room in which both sides agreed on two dates.
func agreedWorld(t testing.TB) (w *world, legal, live RecordID) {
	w = newWorld(t)
	legal = w.milestone(Shared, 0x30, Fields{"title": "Legal review", "due": "2026-06-01"})
	live = w.milestone(Shared, 0x31, Fields{"title": "Go-live", "due": "2026-09-01", "is_go_live": true})
	w.agree(sam)
	w.agree(dana)
	return w, legal, live
}

// agree says yes for the side of m to the plan as it is.
func (w *world) agree(m Member) answer {
	w.Helper()
	return w.as(m, Shared, Op{Kind: KindPlanAccept, Rev: w.plan.Revs[Shared]}).ok(w)
}

func (w *world) alone(m Member, id RecordID, due string) answer {
	w.Helper()
	return w.as(m, Shared, Op{Kind: KindReschedule, ID: id, Due: due, Unilateral: true, Reason: "The auditor is away"}).ok(w)
}

// holding returns the sides whose newest yes holds.
func (w *world) holding() (sides string) {
	d := newDraft(w.plan, Stamp{}, Shared)
	for _, side := range []Side{SideSeller, SideBuyer} {
		if _, f, ok := d.newest(side); ok && f["stale_at"] == nil {
			sides += string(side) + " "
		}
	}
	return strings.TrimSpace(sides)
}

func TestTwoYesMakeDatesAgreed(t *testing.T) {
	w, legal, live := agreedWorld(t)
	for id, want := range map[RecordID]string{legal: "2026-06-01", live: "2026-09-01"} {
		if f := w.fields(Shared, Milestone, id); f["agreed_due"] != want || f["moved_by"] != nil {
			t.Errorf("milestone = %v", f)
		}
	}
	if got := w.holding(); got != "seller buyer" {
		t.Errorf("holding: %s", got)
	}
	w.alone(dana, legal, "2026-06-08")
	if got := w.holding(); got != "" {
		t.Errorf("after a move, holding: %s", got)
	}
	w.agree(sam)
	if f := w.fields(Shared, Milestone, legal); f["agreed_due"] != "2026-06-01" || f["moved_by"] != "buyer" {
		t.Errorf("one yes alone agreed on %v", f)
	}
	w.agree(dana)
	if f := w.fields(Shared, Milestone, legal); f["agreed_due"] != "2026-06-08" || f["moved_by"] != nil {
		t.Errorf("agreed again: %v", f)
	}
	w.checkLog()
}

// I8: a yes counts for what its sender had read.
func TestAYesIsComparedAndSet(t *testing.T) {
	for name, c := range map[string]struct {
		stream Stream
		op     string
		stale  bool
	}{
		"a date":               {Shared, `{"kind":"milestone.update","id":"LIVE","set":{"due":"2026-10-01"}}`, true},
		"an owner":             {Shared, `{"kind":"milestone.update","id":"LEGAL","set":{"seller_owner":"SAM"}}`, true},
		"a criterion":          {Shared, `{"kind":"criterion.update","id":"SIGNED","set":{"text":"Signed twice"}}`, true},
		"a criterion more":     {Shared, `{"kind":"criterion.add","id":"NEW","set":{"milestone":"LEGAL","text":"x"}}`, true},
		"a milestone more":     {Shared, `{"kind":"milestone.add","id":"NEW","set":{"phase":"P1","title":"x"}}`, true},
		"a milestone less":     {Shared, `{"kind":"milestone.remove","id":"LEGAL"}`, true},
		"a milestone shared":   {Seller, `{"kind":"milestone.publish","id":"SECRET"}`, true},
		"a cancelled one":      {Shared, `{"kind":"milestone.update","id":"LEGAL","set":{"status":"cancelled"}}`, true},
		"one counts again":     {Shared, `{"kind":"milestone.update","id":"KICKOFF","set":{"status":"not_started"}}`, true},
		"one is in work again": {Shared, `{"kind":"milestone.reopen","id":"KICKOFF"}`, true},
		"a phase less":         {Shared, `{"kind":"phase.remove","id":"P1"}`, true},
		"progress":             {Shared, `{"kind":"milestone.update","id":"LEGAL","set":{"status":"in_progress"}}`, false},
		"a title":              {Shared, `{"kind":"milestone.update","id":"LEGAL","set":{"title":"Contract"}}`, false},
		"a comment":            {Shared, `{"kind":"comment.add","id":"NEW","set":{"on":null,"body":"x"}}`, false},
		"a met criterion":      {Shared, `{"kind":"criterion.meet","id":"OPEN"}`, false},
		"a task":               {Shared, `{"kind":"task.add","id":"NEW","set":{"milestone":"LEGAL","title":"x"}}`, false},
		"an empty phase":       {Shared, `{"kind":"phase.add","id":"NEW","set":{"name":"x"}}`, false},
		"something of the own": {Seller, `{"kind":"milestone.update","id":"SECRET","set":{"due":"2026-06-08"}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := examplePlan(t)
			w.json(sam, Shared, fill(`{"kind":"criterion.add","id":"OPEN","set":{"milestone":"LEGAL","text":"Agreed"}}`, map[string]RecordID{"OPEN": uid(0x90), "LEGAL": exampleIDs["LEGAL"]})).ok(t)
			w.as(sam, Shared, Op{Kind: "milestone.update", ID: exampleIDs["KICKOFF"], Set: Fields{"status": "cancelled"}}).ok(t)
			read := w.plan.Revs[Shared]
			w.agree(dana)
			w.json(priya, c.stream, fill(fill(c.op, exampleIDs), map[string]RecordID{"OPEN": uid(0x90)})).ok(t)

			if got := w.holding(); (got == "") != c.stale {
				t.Errorf("holding: %q", got)
			}
			a := w.as(sam, Shared, Op{Kind: KindPlanAccept, Rev: read})
			if !c.stale {
				a.ok(t)
				return
			}
			a.refused(t, Conflict, "rev")
			if !strings.Contains(a.Err.Message, "Priya Nair changed the ") || a.Err.Current != int64(w.plan.Revs[Shared]) {
				t.Errorf("refusal = %+v", a.Err)
			}
			w.agree(sam)
		})
	}
}

func TestAgreedDatesMoveWithTheOtherSideOrMarked(t *testing.T) {
	w, legal, live := agreedWorld(t)
	group := []Op{
		{Kind: "milestone.update", ID: legal, Set: Fields{"due": "2026-06-08"}},
		{Kind: "milestone.update", ID: live, Set: Fields{"title": "Launch"}},
	}
	a := w.as(dana, Shared, group...).refused(t, Conflict, "ops[0].set.due")
	if !strings.Contains(a.Err.Message, "both sides agreed on “Legal review” for 1 Jun 2026: propose another date") || a.Err.Current != "2026-06-01" {
		t.Errorf("refusal = %+v", a.Err)
	}
	w.as(dana, Shared, Op{Kind: KindReschedule, ID: legal, Due: "2026-06-08"}).refused(t, Conflict, "due")
	w.as(dana, Shared, Op{Kind: "milestone.update", ID: legal, Set: Fields{"due": nil}}).refused(t, Conflict, "set.due")
	w.as(pat, Shared, Op{Kind: KindReschedule, ID: legal, Due: "2026-06-08", Unilateral: true}).refused(t, Forbidden, "")

	// Everything but its date is free, and so is to move it with other work.
	w.as(dana, Shared, Op{Kind: "milestone.update", ID: legal, Set: Fields{"title": "Contract", "due": "2026-06-01"}}).ok(t)
	moved := w.alone(dana, legal, "2026-06-08")
	if f := w.fields(Shared, Milestone, legal); f["moved_by"] != "buyer" || f["due_reason"] != "The auditor is away" {
		t.Errorf("milestone = %v", f)
	}
	// The same group again, while one of its milestones is marked by another op.
	w.as(sam, Shared, group[1], Op{Kind: KindReschedule, ID: legal, Due: "2026-06-10", Unilateral: true}, group[1]).ok(t)
	if f := w.fields(Shared, Milestone, legal); f["moved_by"] != "seller" || f["due_reason"] != nil {
		t.Errorf("milestone = %v", f)
	}
	w.undo(dana, Shared, moved.Rev).refused(t, Conflict, "rev")
}

func TestUndoOfAMoveMakesTheAgreementHoldAgain(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	before := string(w.plan.Snapshot(Shared))
	moved := w.alone(dana, legal, "2026-06-08")
	back := w.undo(dana, Shared, moved.Rev).ok(t)
	if got := string(w.plan.Snapshot(Shared)); got != before {
		t.Errorf("undone: %s\nwant %s", got, before)
	}
	w.undo(dana, Shared, back.Rev).ok(t)
	if w.holding() != "" || w.fields(Shared, Milestone, legal)["moved_by"] != "buyer" {
		t.Errorf("done again, holding %q: %v", w.holding(), w.fields(Shared, Milestone, legal))
	}
	// Something else changed in between: nothing holds that was not agreed on.
	w.agree(sam)
	w.agree(dana)
	moved = w.alone(dana, legal, "2026-06-15")
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: legal, Set: Fields{"seller_owner": string(sam.ID)}}).ok(t)
	w.undo(dana, Shared, moved.Rev).ok(t)
	if got := w.holding(); got != "" {
		t.Errorf("holding: %s", got)
	}
	w.checkLog()
}

func TestUndoOfAgreements(t *testing.T) {
	w := newWorld(t)
	legal := w.milestone(Shared, 0x30, Fields{"due": "2026-06-01"})
	early := w.as(dana, Shared, Op{Kind: "milestone.update", ID: legal, Set: Fields{"due": "2026-06-08"}}).ok(t)

	first := w.agree(sam)
	w.undo(sam, Shared, first.Rev).ok(t)
	if got := w.holding(); got != "" {
		t.Errorf("taken back, holding: %s", got)
	}
	first = w.agree(sam)
	second := w.agree(dana)
	for _, c := range []struct {
		by  Member
		rev Rev
	}{{sam, first.Rev}, {dana, second.Rev}} {
		a := w.undo(c.by, Shared, c.rev).refused(t, Conflict, "rev")
		if a.Err.Message == "" {
			t.Error("a refusal without a sentence")
		}
	}
	// A move from before the agreement is not to be taken back behind its back.
	w.undo(dana, Shared, early.Rev).refused(t, Conflict, "rev")
}

func TestOnlyWhoASideNamedAgreesForIt(t *testing.T) {
	w := newWorld(t)
	w.milestone(Shared, 0x30, Fields{"due": "2026-06-01"})
	w.as(dana, Shared, Op{Kind: KindRoomUpdate, Set: Fields{"buyer_approver": string(marc.ID)}}).ok(t)
	yes := Op{Kind: KindPlanAccept, Rev: w.plan.Revs[Shared]}
	a := w.as(dana, Shared, yes).refused(t, Forbidden, "")
	if a.Err.Message != "Marc Olsen agrees for Acme" {
		t.Errorf("refusal = %q", a.Err.Message)
	}
	w.as(sam, Shared, yes).ok(t)
	w.as(pat, Shared, yes).refused(t, Forbidden, "")
	w.as(chris, Shared, yes).refused(t, Forbidden, "")
	w.as(priya, Shared, Op{Kind: KindRevoke, ID: marc.ID}).ok(t)
	w.as(dana, Shared, yes).refused(t, Forbidden, "")
	w.as(dana, Shared, Op{Kind: KindRoomUpdate, Set: Fields{"buyer_approver": nil}}).ok(t)
	w.as(dana, Shared, yes).ok(t)
}

func TestNothingToAgreeOn(t *testing.T) {
	w := newWorld(t)
	w.milestone(Shared, 0x30, nil)
	w.as(sam, Shared, Op{Kind: KindPlanAccept, Rev: w.plan.Revs[Shared]}).refused(t, Conflict, "")
}

// The plan keeps so many baselines; agreements make room for the next.
func TestBaselinesAreBounded(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	for range MaxBaselines {
		due := "2026-06-08"
		if w.fields(Shared, Milestone, legal)["due"] == due {
			due = "2026-06-15"
		}
		w.alone(dana, legal, due)
		w.agree(sam)
		w.agree(dana)
	}
	d := newDraft(w.plan, Stamp{}, Shared)
	n, _ := d.agreedBaselines()
	if live := d.count(Shared, Baseline); live != MaxBaselines || n != MaxBaselines+1 {
		t.Errorf("%d baselines of %d", live, n)
	}
	w.as(sam, Shared, Op{Kind: KindBaselineAdd, Name: "Mine"}).refused(t, Limit, "name")
}
