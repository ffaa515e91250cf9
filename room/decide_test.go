package room

import (
	"testing"
)

// I6, I7: an op takes effect once, and its verdict stays what it was.
func TestResentOpsGetTheSameVerdict(t *testing.T) {
	w := newWorld(t)
	good := w.request(sam, Shared, Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}})
	first := w.send(good).ok(t)
	bad := w.request(sam, Shared, Op{Kind: "phase.update", ID: uid(0xff), Set: Fields{"name": "Look"}})
	refused := w.send(bad).refused(t, Gone, "id")
	last := w.request(sam, Shared, Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "See"}})
	third := w.send(last).ok(t)

	for _, c := range []struct {
		req  Request
		want Verdict
	}{{good, first.Verdict}, {bad, refused.Verdict}, {last, third.Verdict}} {
		a := w.send(c.req)
		if a.Verdict != c.want || len(a.commits) != 0 {
			t.Errorf("seq %d again: %+v, want %+v", c.req.Seq, a.Verdict, c.want)
		}
	}
	if c := w.cursors[CursorKey{clientOf(sam), Shared}]; !c.Dirty || c.Seq != 3 || c.Rev != third.Rev || c.Actor != string(sam.ID) {
		t.Errorf("cursor = %+v", c)
	}
}

// I7: what the store knows of a cursor is enough, in another server too.
func TestVerdictsFromAStoredCursor(t *testing.T) {
	w := newWorld(t)
	key := CursorKey{clientOf(sam), Shared}
	no := Errorf(Conflict, "somebody was first")
	w.cursors[key] = &Cursor{Actor: string(sam.ID), Seq: 9, Rev: 40, Refused: map[int64]*Error{8: no}, Accepted: map[int64]Rev{7: 39}}
	at := func(seq int64) answer {
		req := w.request(sam, Shared, Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}})
		req.Seq = seq
		return w.send(req)
	}

	if a := at(9); a.Rev != 40 || a.Err != nil {
		t.Errorf("seq 9: %+v", a)
	}
	if a := at(8); a.Err != no {
		t.Errorf("seq 8: %+v", a)
	}
	if a := at(7); a.Rev != 39 || a.Err != nil {
		t.Errorf("seq 7: %+v", a)
	}
	at(6).refused(t, Expired, "")
	if a := at(11).refused(t, SeqGap, ""); a.Err.Expected != 10 {
		t.Errorf("expected = %d", a.Err.Expected)
	}
	if w.cursors[key].Dirty {
		t.Error("the cursor is dirty though nothing was processed")
	}
	at(10).ok(t)
}

func TestWhoMayUseAClient(t *testing.T) {
	w := newWorld(t)
	op := Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}}
	w.as(sam, Shared, op).ok(t)

	req := w.request(dana, Shared, op)
	req.Client = clientOf(sam)
	req.Seq = 2
	w.send(req).refused(t, Forbidden, "client")
	req.Stream, req.Seq = Buyer, 1
	w.send(req).refused(t, Forbidden, "client")

	unknown := w.request(dana, Shared, op)
	unknown.Seq = 5
	w.send(unknown).refused(t, Expired, "")

	ended := w.request(dana, Shared, op)
	ended.Ended = true
	w.send(ended).refused(t, Forbidden, "")

	watcher := w.request(dana, Shared, op)
	watcher.Member = Member{Side: SideBuyer, Access: Owner}
	w.send(watcher).refused(t, Forbidden, "")

	w.as(workspace, Shared, op).ok(t)
	if c := w.cursors[CursorKey{clientOf(workspace), Shared}]; c.Actor != WorkspaceActor {
		t.Errorf("cursor = %+v", c)
	}
	w.as(workspace, Buyer, op).refused(t, Forbidden, "stream")
}

// The plan says what a member may do, whatever the session believes.
func TestAccessIsThatOfThePlan(t *testing.T) {
	w := newWorld(t)
	op := Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}}
	w.as(priya, Shared, Op{Kind: "participant.update", ID: dana.ID, Set: Fields{"access": "viewer"}}).ok(t)
	w.as(dana, Shared, op).refused(t, Forbidden, "")
	w.as(priya, Shared, Op{Kind: KindRevoke, ID: marc.ID}).ok(t)
	w.as(marc, Shared, op).refused(t, Forbidden, "")
	stranger := Member{uid(0xff), "Nobody", SideSeller, Owner}
	w.as(stranger, Shared, op).refused(t, Forbidden, "")
}

// A refused op uses up its seq, also one that could not be decoded.
func TestMalformedOpsUseUpTheirSeq(t *testing.T) {
	w := newWorld(t)
	req := w.request(sam, Shared)
	req.Malformed = FieldErrorf(Invalid, "op.set.due", "31 Feb 2026 is not a date; use YYYY-MM-DD")

	w.send(req).refused(t, Invalid, "op.set.due")
	w.send(req).refused(t, Invalid, "op.set.due")
	w.as(sam, Shared, Op{Kind: "phase.update", ID: phase1, Set: Fields{"name": "Look"}}).ok(t)
}

func TestRefusalsAreForgottenInOrder(t *testing.T) {
	w := newWorld(t)
	for range KeptRefusals + 3 {
		w.as(sam, Shared, Op{Kind: "phase.update", ID: uid(0xff)}).refused(t, Gone, "id")
	}
	c := w.cursors[CursorKey{clientOf(sam), Shared}]
	if len(c.Refused) != KeptRefusals || c.Refused[3] != nil || c.Refused[4] == nil {
		t.Errorf("%d refusals kept", len(c.Refused))
	}
}

// One batch is judged in order: every op sees what the ones before it did.
func TestABatchIsJudgedInOrder(t *testing.T) {
	w := newWorld(t)
	add := w.request(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x30), Set: Fields{"phase": string(phase1), "title": "A"}})
	update := w.request(dana, Shared, Op{Kind: "milestone.update", ID: uid(0x30), Set: Fields{"title": "B"}})
	undo := w.request(sam, Shared, Op{Kind: KindUndo, Rev: w.plan.Revs[Shared] + 1})
	undo.Seq = add.Seq + 1
	same := update

	verdicts, out := Decide(w.plan, testNow, w.cursors, []Request{add, update, undo, same})

	if verdicts[0].Err != nil || verdicts[1].Err != nil || verdicts[1].Rev != verdicts[0].Rev+1 {
		t.Errorf("verdicts = %+v", verdicts)
	}
	if CodeOf(verdicts[2].Err) != Conflict {
		t.Errorf("undo of what Dana changed: %+v", verdicts[2])
	}
	if verdicts[3] != verdicts[1] || len(out) != 2 {
		t.Errorf("the same op again: %+v, %d commits", verdicts[3], len(out))
	}
}

// Who is written over is told what was there.
func TestOver(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, Fields{"due": "2026-06-01"})
	n := w.milestone(Shared, 0x31, nil)
	base := w.plan.Revs[Shared]
	marcs := w.as(marc, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"due": "2026-06-15", "title": "Legal"}}).ok(t)
	stale := func(m Member, ops ...Op) map[string]Over {
		req := w.request(m, Shared, ops...)
		req.Base = base
		return w.send(req).ok(t).commits[0].Commit.Over
	}

	got := stale(sam, Op{Kind: "milestone.update", ID: m, Set: Fields{"due": "2026-06-20", "title": "Legal"}})
	if len(got) != 1 || got["due"].Rev != marcs.Rev || *got["due"].By != marc.ID || got["due"].Value != "2026-06-15" {
		t.Errorf("over = %+v", got)
	}
	if got := stale(sam, Op{Kind: "milestone.update", ID: m, Set: Fields{"due": "2026-06-21"}}); got != nil {
		t.Errorf("over by the same person = %+v", got)
	}
	if got := w.as(marc, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"due": nil}}).ok(t); got.commits[0].Commit.Over != nil {
		t.Errorf("over by one who had seen it = %+v", got.commits[0].Commit.Over)
	}
	w.as(marc, Shared, Op{Kind: "milestone.update", ID: n, Set: Fields{"title": "Kick"}}).ok(t)
	got = stale(sam,
		Op{Kind: "milestone.update", ID: m, Set: Fields{"due": "2026-07-01"}},
		Op{Kind: "milestone.update", ID: n, Set: Fields{"title": "Kick-off"}})
	if len(got) != 2 || got["milestone/"+string(n)+"/title"].Value != "Kick" || got["milestone/"+string(m)+"/due"].Value != nil {
		t.Errorf("over of a group = %+v", got)
	}
	w.checkLog()
}

// Preview tells what Decide would do, and does nothing.
func TestPreview(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, nil)
	req := w.request(sam, Shared, Op{Kind: KindReschedule, ID: m, Due: "2026-06-01"})
	before := string(w.plan.Snapshot(Shared))

	out, err := Preview(w.plan, testNow, req)

	if err != nil || out.Changes[Shared][0].Set["due"] != "2026-06-01" {
		t.Errorf("preview = %+v, %v", out, err)
	}
	if got := string(w.plan.Snapshot(Shared)); got != before {
		t.Errorf("the plan changed: %s", got)
	}
	req.Member = vera
	if _, err := Preview(w.plan, testNow, req); CodeOf(err) != Forbidden {
		t.Errorf("a viewer's preview: %v", err)
	}
}
