package room

import (
	"strings"
	"testing"
)

// A milestone is done when its criteria are met, or somebody says why not.
func TestCompleteWaitsForCriteria(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x40), Set: Fields{"milestone": string(m), "text": "Signed off", "confirm_by": "buyer"}}).ok(t)

	w.as(chris, Shared, Op{Kind: KindMilestoneComplete, ID: m}).refused(t, Conflict, "override")
	w.as(tomas, Shared, Op{Kind: KindCriterionMeet, ID: uid(0x40)}).refused(t, Forbidden, "id")
	w.as(chris, Shared, Op{Kind: KindCriterionMeet, ID: uid(0x40)}).ok(t)
	w.as(chris, Shared, Op{Kind: KindMilestoneComplete, ID: m}).ok(t)

	f := w.fields(Shared, Milestone, m)
	if f["status"] != "done" || f["completed_by"] != string(chris.ID) || f["completed_at"] != w.now.Format(InstantFormat) || f["override_reason"] != nil {
		t.Errorf("milestone = %v", f)
	}
	w.as(tomas, Shared, Op{Kind: KindMilestoneReopen, ID: m}).ok(t)
	if f := w.fields(Shared, Milestone, m); f["status"] != "in_progress" || f["completed_at"] != nil || f["completed_by"] != nil {
		t.Errorf("reopened milestone = %v", f)
	}
	w.checkLog()
}

// I8: completing compares with the criteria as they are, not as the sender saw
// them: one that somebody changed in between is not met any more.
func TestCompleteOnAnOldViewIsRefused(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	c := uid(0x40)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: c, Set: Fields{"milestone": string(m), "text": "Signed off"}}).ok(t)
	w.as(sam, Shared, Op{Kind: KindCriterionMeet, ID: c}).ok(t)
	late := w.request(chris, Shared, Op{Kind: KindMilestoneComplete, ID: m})
	w.as(marc, Shared, Op{Kind: "criterion.update", ID: c, Set: Fields{"text": "Signed off by the board"}}).ok(t)

	got := w.send(late).refused(t, Conflict, "override")
	if !strings.Contains(got.Err.Message, "Signed off by the board") {
		t.Errorf("refusal = %q", got.Err.Message)
	}
}

func TestOverrideIsKept(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x40), Set: Fields{"milestone": string(m), "text": "Signed off"}}).ok(t)
	why := "the sponsor agreed by phone"

	a := w.as(sam, Shared, Op{Kind: KindMilestoneComplete, ID: m, Override: &why}).ok(t)

	if set := a.changes(Shared)[0].Set; set["override_reason"] != why {
		t.Errorf("set = %v", set)
	}
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"status": "in_progress"}}).ok(t)
	if f := w.fields(Shared, Milestone, m); f["override_reason"] != nil {
		t.Errorf("milestone = %v", f)
	}
}

func TestMilestoneRules(t *testing.T) {
	for name, c := range map[string]struct {
		stream Stream
		op     string
		code   Code
		field  string
	}{
		"done by update":                   {Shared, `{"kind":"milestone.update","id":"ID","set":{"status":"done"}}`, Invalid, "set.status"},
		"a reason without being blocked":   {Shared, `{"kind":"milestone.update","id":"ID","set":{"blocked_reason":"waiting"}}`, Invalid, "set.blocked_reason"},
		"a private go-live":                {Seller, `{"kind":"milestone.update","id":"PRIVATE","set":{"is_go_live":true}}`, Invalid, "set.is_go_live"},
		"an owner who is not there":        {Shared, `{"kind":"milestone.update","id":"ID","set":{"seller_owner":"000000ff-0000-4000-8000-000000000000"}}`, Gone, "set.seller_owner"},
		"one that is not there":            {Shared, `{"kind":"milestone.update","id":"000000ff-0000-4000-8000-000000000000","set":{"title":"x"}}`, Gone, "id"},
		"a private one, on shared":         {Shared, `{"kind":"milestone.update","id":"PRIVATE","set":{"title":"x"}}`, Gone, "id"},
		"a shared one, on a private":       {Seller, `{"kind":"milestone.update","id":"ID","set":{"title":"x"}}`, Gone, "id"},
		"an id that is taken":              {Shared, `{"kind":"milestone.add","id":"ID","set":{"phase":"PHASE","title":"x"}}`, Conflict, "id"},
		"an id taken in another stream":    {Shared, `{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"PHASE","title":"x"}}`, Conflict, "id"},
		"without a title":                  {Shared, `{"kind":"milestone.add","id":"000000fe-0000-4000-8000-000000000000","set":{"phase":"PHASE"}}`, Invalid, "set.title"},
		"without a phase":                  {Shared, `{"kind":"milestone.add","id":"000000fe-0000-4000-8000-000000000000","set":{"title":"x"}}`, Invalid, "set.phase"},
		"a shared task on a private":       {Shared, `{"kind":"task.add","id":"000000fe-0000-4000-8000-000000000000","set":{"milestone":"PRIVATE","title":"x"}}`, Gone, "set.milestone"},
		"a private criterion on a shared":  {Seller, `{"kind":"criterion.add","id":"000000fe-0000-4000-8000-000000000000","set":{"milestone":"ID","text":"x"}}`, Conflict, "set.milestone"},
		"a private phase":                  {Seller, `{"kind":"phase.add","id":"000000fe-0000-4000-8000-000000000000","set":{"name":"x"}}`, Invalid, "stream"},
		"beside itself":                    {Shared, `{"kind":"milestone.move","id":"ID","after":"ID"}`, Invalid, "after"},
		"beside a private one, on shared":  {Shared, `{"kind":"milestone.move","id":"ID","after":"PRIVATE"}`, Gone, "after"},
		"into a phase that is not there":   {Shared, `{"kind":"milestone.move","id":"ID","into":"000000ff-0000-4000-8000-000000000000"}`, Gone, "into"},
		"beside one of another phase":      {Shared, `{"kind":"milestone.move","id":"ID","into":"PHASE2","after":"ID2"}`, Conflict, "after"},
		"publish on shared":                {Shared, `{"kind":"milestone.publish","id":"ID"}`, Invalid, "stream"},
		"withdraw on private":              {Seller, `{"kind":"milestone.withdraw","id":"PRIVATE"}`, Invalid, "stream"},
		"a template on a plan":             {Shared, `{"kind":"template.apply","template":"blank"}`, Conflict, "template"},
		"undo of what is not there":        {Shared, `{"kind":"op.undo","rev":900}`, Gone, "rev"},
		"a shared field on seller":         {Seller, `{"kind":"room.update","set":{"name":"x"}}`, Invalid, "set.name"},
		"a group with one that is refused": {Shared, `[{"kind":"milestone.update","id":"ID","set":{"title":"y"}},{"kind":"milestone.update","id":"ID","set":{"status":"done"}}]`, Invalid, "ops[1].set.status"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m, m2, private := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, nil), w.milestone(Seller, 0x32, nil)
			before := string(w.plan.Snapshot(Shared)) + string(w.plan.Snapshot(Seller))

			w.json(priya, c.stream, fill(c.op, map[string]RecordID{
				"PRIVATE": private, "PHASE2": phase2, "PHASE": phase1, "ID2": m2, "ID": m,
			})).refused(t, c.code, c.field)

			if after := string(w.plan.Snapshot(Shared)) + string(w.plan.Snapshot(Seller)); after != before {
				t.Errorf("the plan changed:\n%s\nwas\n%s", after, before)
			}
		})
	}
}

// The room's go-live date and that of its milestone are one.
func TestGoLiveIsOneDate(t *testing.T) {
	w := newWorld(t)
	first := w.milestone(Shared, 0x30, Fields{"is_go_live": true, "due": "2026-09-01"})
	check := func(id RecordID, date any) {
		t.Helper()
		if f := w.fields(Shared, Milestone, id); f["is_go_live"] != true || f["due"] != date {
			t.Errorf("milestone = %v, want go-live on %v", f, date)
		}
		if f := w.fields(Shared, RoomEntity, RecordID(testRoom)); f["go_live"] != date {
			t.Errorf("room = %v, want go-live on %v", f, date)
		}
	}
	check(first, "2026-09-01")

	w.json(sam, Shared, `{"kind":"room.update","set":{"go_live":"2026-09-15"}}`).ok(t)
	check(first, "2026-09-15")
	w.as(sam, Shared, Op{Kind: KindReschedule, ID: first, Due: "2026-10-01"}).ok(t)
	check(first, "2026-10-01")

	second := w.milestone(Shared, 0x31, nil)
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: second, Set: Fields{"is_go_live": true}}).ok(t)
	check(second, "2026-10-01")
	if f := w.fields(Shared, Milestone, first); f["is_go_live"] != nil || f["due"] != "2026-10-01" {
		t.Errorf("the former go-live = %v", f)
	}
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: second, Set: Fields{"due": nil}}).ok(t)
	check(second, nil)
	third := w.milestone(Shared, 0x32, Fields{"is_go_live": true, "due": "2026-11-01"})
	check(third, "2026-11-01")

	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: third}).refused(t, Conflict, "id")
	w.as(sam, Shared, Op{Kind: KindMilestoneWithdraw, ID: third}).refused(t, Conflict, "id")
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: third, Set: Fields{"is_go_live": nil}}).refused(t, Conflict, "set.is_go_live")
	w.as(sam, Shared, Op{Kind: "phase.remove", ID: phase1}).refused(t, Conflict, "id")
	w.as(sam, Shared, Op{Kind: "milestone.move", ID: third, Into: phase2}).ok(t)
	w.as(sam, Shared, Op{Kind: "phase.remove", ID: phase1}).ok(t)
	w.checkLog()
}

// Removing hides what is part of it; what is hidden comes back with it.
func TestRemoveAndRestore(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x40), Set: Fields{"milestone": string(m), "title": "Call"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "task.remove", ID: uid(0x40)}).ok(t)
	w.as(sam, Shared, Op{Kind: "phase.remove", ID: phase1}).ok(t)

	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"title": "x"}}).refused(t, Gone, "id")
	w.as(sam, Shared, Op{Kind: "task.restore", ID: uid(0x40)}).refused(t, Conflict, "id")
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x41), Set: Fields{"milestone": string(m), "title": "x"}}).refused(t, Gone, "set.milestone")
	w.as(sam, Shared, Op{Kind: "phase.restore", ID: phase1}).ok(t)
	w.as(sam, Shared, Op{Kind: "task.restore", ID: uid(0x40)}).ok(t)
	w.as(sam, Shared, Op{Kind: "task.restore", ID: uid(0x40)}).ok(t) // twice is once

	if f := w.fields(Shared, Task, uid(0x40)); f["removed"] != nil {
		t.Errorf("task = %v", f)
	}
	w.checkLog()
}

// A milestone that was go-live and comes back is not, when another one is; taking
// back what removed it makes it so again.
func TestGoLiveThatComesBack(t *testing.T) {
	w := newWorld(t)
	flag := func(id RecordID, want any) {
		t.Helper()
		if got := w.fields(Shared, Milestone, id)["is_go_live"]; got != want {
			t.Errorf("go-live of %s = %v, want %v", id, got, want)
		}
	}
	a := w.milestone(Shared, 0x31, Fields{"is_go_live": true, "due": "2026-09-01"})
	b := w.milestone(Shared, 0x30, Fields{"is_go_live": true, "due": "2026-10-01"})
	removed := w.undo(sam, Shared, w.plan.Revs[Shared]).ok(t)
	flag(a, true)

	again := w.undo(sam, Shared, removed.Rev).ok(t) // redo
	flag(a, nil)
	flag(b, true)
	removed = w.undo(sam, Shared, again.Rev).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.restore", ID: b}).ok(t)
	flag(a, true)
	flag(b, nil)

	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: b}).ok(t)
	w.undo(sam, Shared, w.plan.Revs[Shared]).ok(t)
	flag(a, true)
	if f := w.fields(Shared, RoomEntity, RecordID(testRoom)); f["go_live"] != "2026-09-01" {
		t.Errorf("room = %v", f)
	}
	w.checkLog()
}

func TestBlockedReason(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, Fields{"status": "blocked", "blocked_reason": "Waiting for legal"})
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"blocked_reason": "Waiting for Ann"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"status": "in_progress"}}).ok(t)
	if f := w.fields(Shared, Milestone, m); f["blocked_reason"] != nil {
		t.Errorf("milestone = %v", f)
	}
}

// Nothing new refers to what was removed; what refers to it already stays.
func TestReferencesAreLive(t *testing.T) {
	w := newWorld(t)
	w.as(sam, Shared, Op{Kind: "role_slot.add", ID: uid(0x50), Set: Fields{"side": "buyer", "label": "Legal"}}).ok(t)
	m := w.milestone(Shared, 0x30, Fields{"buyer_owner": string(uid(0x50))})
	gone := w.milestone(Shared, 0x31, nil)
	w.as(sam, Shared, Op{Kind: "role_slot.remove", ID: uid(0x50)}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: gone}).ok(t)

	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"seller_owner": string(uid(0x50))}}).refused(t, Gone, "set.seller_owner")
	w.depends(sam, Shared, 0x60, m, gone).refused(t, Gone, "set.to")
	w.as(kim, Shared, Op{Kind: "comment.add", ID: uid(0x61), Set: Fields{"on": Target{Milestone, gone}, "body": "x"}}).refused(t, Gone, "set.on")
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"title": "Legal"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: m}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.restore", ID: m}).ok(t)
}

// A private stream counts what its readers see, the shared one only itself.
func TestLimitsCountWhatIsSeen(t *testing.T) {
	w := newWorld(t)
	var ops []Op
	for i := range MaxMilestones - 1 {
		ops = append(ops, Op{Kind: "milestone.add", ID: uid(0x1000 + i), Set: Fields{"phase": string(phase1), "title": "x"}})
	}
	for ; len(ops) > MaxGroup; ops = ops[MaxGroup:] {
		w.as(sam, Shared, ops[:MaxGroup]...).ok(t)
	}
	w.as(sam, Shared, ops...).ok(t)

	w.milestone(Seller, 0x30, nil)
	w.as(sam, Seller, Op{Kind: "milestone.add", ID: uid(0x31), Set: Fields{"phase": string(phase1), "title": "x"}}).refused(t, Limit, "id")
	w.milestone(Shared, 0x32, nil)
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x33), Set: Fields{"phase": string(phase1), "title": "x"}}).refused(t, Limit, "id")
}

func TestLimits(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	add := func(n int) answer {
		return w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x100 + n), Set: Fields{"milestone": string(m), "text": "x"}})
	}
	for n := range MaxCriteria {
		add(n).ok(t)
	}

	add(MaxCriteria).refused(t, Limit, "set.milestone")
	w.as(sam, Shared, Op{Kind: "criterion.remove", ID: uid(0x100)}).ok(t)
	add(MaxCriteria + 1).ok(t)
	w.as(sam, Shared, Op{Kind: "criterion.restore", ID: uid(0x100)}).refused(t, Limit, "id")

	for n := range MaxPhases - 2 {
		w.as(sam, Shared, Op{Kind: "phase.add", ID: uid(0x200 + n), Set: Fields{"name": "x"}}).ok(t)
	}
	w.as(sam, Shared, Op{Kind: "phase.add", ID: uid(0x300), Set: Fields{"name": "x"}}).refused(t, Limit, "id")
}
