package room

import (
	"slices"
	"strings"
	"testing"
)

// I11: a private milestone becomes shared with all that makes it whole, and
// nothing else of its stream goes with it.
func TestPublishTakesCriteriaAndTasksAlong(t *testing.T) {
	w := newWorld(t)
	shared := w.milestone(Shared, 0x30, nil)
	m := w.milestone(Seller, 0x31, Fields{"seller_owner": string(sam.ID)})
	w.json(sam, Seller, fill(`[
		{"kind":"criterion.add","id":"C1","set":{"milestone":"M","text":"One"}},
		{"kind":"criterion.add","id":"C2","set":{"milestone":"M","text":"Two"}},
		{"kind":"task.add","id":"T1","set":{"milestone":"M","title":"Call"}},
		{"kind":"task.add","id":"T2","set":{"milestone":"M","title":"Gone"}},
		{"kind":"task.remove","id":"T2"},
		{"kind":"comment.add","id":"K1","set":{"on":{"entity":"milestone","id":"M"},"body":"secret"}},
		{"kind":"dependency.add","id":"D1","set":{"from":"M","to":"S"}}
	]`, map[string]RecordID{"M": m, "S": shared, "C1": uid(0x40), "C2": uid(0x41), "T1": uid(0x42), "T2": uid(0x43), "K1": uid(0x44), "D1": uid(0x45)})).ok(t)

	a := w.as(sam, Seller, Op{Kind: KindMilestonePublish, ID: m}).ok(t)

	if len(a.commits) != 2 || a.commits[0].Stream != Seller || a.commits[1].Stream != Shared {
		t.Fatalf("commits = %+v", a.commits)
	}
	if twin := a.commits[1].Commit; twin.Client != "" || twin.Seq != 0 || twin.By == nil || *twin.By != sam.ID {
		t.Errorf("twin = %+v", twin)
	}
	if f := w.fields(Shared, Milestone, m); f["visibility"] != "shared" || f["title"] != "Milestone 49" || f["seller_owner"] != string(sam.ID) {
		t.Errorf("published milestone = %v", f)
	}
	if f := w.fields(Seller, Milestone, m); f["removed"] != true {
		t.Errorf("private milestone = %v", f)
	}
	if ids := w.order(Shared, Criterion, m); !slices.Equal(ids, []RecordID{uid(0x40), uid(0x41)}) {
		t.Errorf("criteria = %v", ids)
	}
	if ids := w.order(Shared, Task, m); !slices.Equal(ids, []RecordID{uid(0x42)}) {
		t.Errorf("tasks = %v", ids)
	}
	if got := string(w.plan.Snapshot(Shared)); strings.Contains(got, "secret") || strings.Contains(got, string(uid(0x45))) {
		t.Errorf("shared = %s", got)
	}
	w.as(sam, Seller, Op{Kind: "milestone.restore", ID: m}).refused(t, Conflict, "id")
	w.as(dana, Shared, Op{Kind: "milestone.update", ID: m, Set: Fields{"due": "2026-07-01"}}).ok(t)
	w.checkLog()
}

func TestWithdrawAndPublishAgain(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Shared, 0x30, Fields{"description": "old"})
	other := w.milestone(Shared, 0x31, nil)
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x40), Set: Fields{"milestone": string(m), "title": "Call"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "dependency.add", ID: uid(0x41), Set: Fields{"from": string(m), "to": string(other)}}).ok(t)

	w.as(sam, Shared, Op{Kind: KindMilestoneWithdraw, ID: m}).refused(t, Conflict, "id")
	w.as(pat, Shared, Op{Kind: KindMilestoneWithdraw, ID: m}).refused(t, Forbidden, "")
	w.as(sam, Shared, Op{Kind: "dependency.remove", ID: uid(0x41)}).ok(t)
	w.as(dana, Shared, Op{Kind: KindMilestoneWithdraw, ID: m}).ok(t)

	if f := w.fields(Buyer, Milestone, m); f["visibility"] != "buyer_only" || f["removed"] != nil {
		t.Errorf("private milestone = %v", f)
	}
	if f := w.fields(Shared, Task, uid(0x40)); f["removed"] != true {
		t.Errorf("shared task = %v", f)
	}
	// Neither side can bring back in public what lives in private, whatever became of it there.
	w.as(sam, Shared, Op{Kind: "milestone.restore", ID: m}).refused(t, Conflict, "id")
	w.as(dana, Buyer, Op{Kind: "milestone.remove", ID: m}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.restore", ID: m}).refused(t, Conflict, "id")
	w.as(dana, Buyer, Op{Kind: "milestone.restore", ID: m}).ok(t)

	w.as(dana, Buyer, Op{Kind: "milestone.update", ID: m, Set: Fields{"description": nil, "title": "New"}}).ok(t)
	w.as(dana, Buyer, Op{Kind: KindMilestonePublish, ID: m}).ok(t)
	if f := w.fields(Shared, Milestone, m); f["title"] != "New" || f["description"] != nil || f["removed"] != nil || f["visibility"] != "shared" {
		t.Errorf("published again = %v", f)
	}
	if f := w.fields(Shared, Task, uid(0x40)); f["removed"] != nil {
		t.Errorf("task = %v", f)
	}
	w.checkLog()
}

// Private fields of what all see go to the stream of those who may see them.
func TestPrivateFieldsAreSplit(t *testing.T) {
	w := newWorld(t)

	a := w.json(sam, Shared, `{"kind":"room.update","set":{"purpose":"Faster month end","amount":"125000","close_date":"2026-06-30"}}`).ok(t)

	if got := mustJSON(t, a.changes(Shared)); strings.Contains(got, "125000") || !strings.Contains(got, "Faster") {
		t.Errorf("shared changes = %s", got)
	}
	if f := w.fields(Seller, RoomEntity, RecordID(testRoom)); f["amount"] != "125000.00" || f["close_date"] != "2026-06-30" || len(f) != 2 {
		t.Errorf("satellite = %v", f)
	}
	w.json(dana, Shared, `{"kind":"room.update","set":{"amount":"1"}}`).refused(t, Forbidden, "set.amount")
	w.json(marc, Shared, `{"kind":"participant.add","id":"000000aa-0000-4000-8000-000000000000","set":{"name":"Jo","side":"buyer","access":"viewer","email":"jo@acme.example"}}`).refused(t, Forbidden, "set.email")
	w.json(priya, Shared, `{"kind":"participant.add","id":"000000aa-0000-4000-8000-000000000000","set":{"name":"Jo","side":"buyer","access":"viewer","email":"jo@acme.example"}}`).ok(t)
	if got := string(w.plan.Snapshot(Shared)); strings.Contains(got, "jo@acme") {
		t.Errorf("shared = %s", got)
	}
	w.json(sam, Seller, `{"kind":"room.update","set":{"amount":null,"currency":"EUR"}}`).ok(t)
	if f := w.fields(Seller, RoomEntity, RecordID(testRoom)); f["amount"] != nil || f["currency"] != "EUR" {
		t.Errorf("satellite = %v", f)
	}
	w.json(priya, Seller, `{"kind":"participant.update","id":"000000aa-0000-4000-8000-000000000000","set":{"buying_role":"champion"}}`).ok(t)
	w.checkLog()
}

// When somebody did something private is private too: an op on shared that has
// nothing for it is refused, and leaves no commit there.
func TestPrivateFieldsAloneAreSentOnTheirStream(t *testing.T) {
	const amount, email = `{"kind":"room.update","set":{"amount":"1.00"}}`, `{"kind":"participant.update","id":"DANA","set":{"email":"d@acme.example"}}`
	for name, c := range map[string]struct {
		by     Member
		stream Stream
		op     string
		code   Code // "" for accepted
		field  string
		shared int // commits on shared
	}{
		"an amount":               {sam, Shared, amount, Invalid, "stream", 0},
		"an amount cleared":       {sam, Shared, `{"kind":"room.update","set":{"amount":null}}`, Invalid, "stream", 0},
		"several":                 {priya, Shared, `{"kind":"room.update","set":{"amount":"1.00","crm_ref":"x","close_date":null}}`, Invalid, "stream", 0},
		"an e-mail address":       {priya, Shared, email, Invalid, "stream", 0},
		"a buying role":           {workspace, Shared, `{"kind":"participant.update","id":"DANA","set":{"buying_role":"champion"}}`, Invalid, "stream", 0},
		"within a group":          {sam, Shared, `[` + amount + `,{"kind":"room.update","set":{"purpose":"x"}}]`, Invalid, "ops[0].stream", 0},
		"by the other side":       {marc, Shared, amount, Forbidden, "set.amount", 0},
		"an amount, its stream":   {sam, Seller, amount, "", "", 0},
		"an address, its stream":  {priya, Seller, email, "", "", 0},
		"mixed":                   {sam, Shared, `{"kind":"room.update","set":{"amount":"1.00","purpose":"x"}}`, "", "", 1},
		"mixed, nothing new":      {sam, Shared, `{"kind":"room.update","set":{"amount":"1.00","purpose":null}}`, "", "", 1},
		"somebody new":            {priya, Shared, `{"kind":"participant.add","id":"NEW","set":{"name":"Jo","side":"buyer","access":"viewer","email":"jo@acme.example"}}`, "", "", 1},
		"shared ones, on private": {sam, Seller, `{"kind":"room.update","set":{"amount":"1.00","purpose":"x"}}`, Invalid, "set.purpose", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			rev := w.plan.Revs[Shared]

			a := w.json(c.by, c.stream, fill(c.op, map[string]RecordID{"DANA": dana.ID, "NEW": uid(0x60)}))

			if c.code == "" {
				a.ok(t)
			} else {
				a.refused(t, c.code, c.field)
			}
			if got := int(w.plan.Revs[Shared] - rev); got != c.shared {
				t.Errorf("%d commits on shared, want %d", got, c.shared)
			}
			w.checkLog()
		})
	}
	got := newWorld(t).json(sam, Shared, amount).refused(t, Invalid, "stream")
	if want := "the amount is kept for Northwind's side: send it on the stream seller"; got.Err.Message != want {
		t.Errorf("refusal = %q, want %q", got.Err.Message, want)
	}
}

// A private milestone has its place between the shared ones, which do not move
// for it, not even when there is no room.
func TestPrivateRecordsSortBetweenShared(t *testing.T) {
	w := newWorld(t)
	a, b := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, nil)
	p := w.milestone(Seller, 0x40, nil)
	w.as(sam, Seller, Op{Kind: "milestone.move", ID: p, Place: Place{Set: true, After: a}}).ok(t)
	// The shared stream does not see p, so this gets the key that p has.
	c := w.milestone(Shared, 0x32, nil)
	w.as(dana, Shared, Op{Kind: "milestone.move", ID: c, Place: Place{Set: true, After: a}}).ok(t)
	if got, want := w.fields(Shared, Milestone, c)["pos"], w.fields(Seller, Milestone, p)["pos"]; got != want {
		t.Fatalf("keys %v and %v differ: the test does not test a tie", got, want)
	}

	q := w.milestone(Seller, 0x41, nil)
	w.as(sam, Seller, Op{Kind: "milestone.move", ID: q, Place: Place{Set: true, After: c}}).ok(t)

	got := w.order(Seller, Milestone, phase1)
	if i := slices.Index(got, q); got[i-1] != c || got[0] != a || got[len(got)-1] != b {
		t.Errorf("order = %v", got)
	}
	if got := w.order(Buyer, Milestone, phase1); !slices.Equal(got, []RecordID{a, c, b}) {
		t.Errorf("the buyer's order = %v", got)
	}
	w.checkLog()
}

// A shared list that is rewritten takes the private records of both sides with
// it, each in its own stream.
func TestRewriteKeepsPrivatePlaces(t *testing.T) {
	w := newWorld(t)
	a, b := w.milestone(Shared, 0x30, nil), w.milestone(Shared, 0x31, nil)
	secret := w.milestone(Seller, 0x40, nil)
	between := w.milestone(Seller, 0x42, nil)
	w.as(sam, Seller, Op{Kind: "milestone.move", ID: between, Place: Place{Set: true, After: a}}).ok(t)
	ours := w.milestone(Buyer, 0x41, nil)
	w.as(dana, Buyer, Op{Kind: "milestone.move", ID: ours, Place: Place{Set: true, First: true}}).ok(t)

	rewritten := false
	for i := range 400 { // always the same gap
		id := w.milestone(Shared, 0x100+i, Fields{"phase": string(phase2)})
		w.as(dana, Shared, Op{Kind: "milestone.move", ID: id, Into: phase1, Place: Place{Set: true, After: a}}).ok(t)
		rewritten = rewritten || len(w.log[len(w.log)-1].Commit.Changes) > 1 || w.log[len(w.log)-1].Stream != Shared
	}

	if !rewritten {
		t.Fatal("the list was never rewritten")
	}
	seller, buyer := w.order(Seller, Milestone, phase1), w.order(Buyer, Milestone, phase1)
	if n := len(seller); seller[n-1] != secret || seller[n-2] != b || !slices.Contains(seller[1:n-2], between) {
		t.Errorf("the seller's list ends with %v", seller[len(seller)-3:])
	}
	if buyer[0] != ours || buyer[1] != a {
		t.Errorf("the buyer's list begins with %v", buyer[:3])
	}
	w.checkLog()
}

// I11: why one side moved its own date is not for the other to read.
func TestPublishLeavesTheReasonsOfMovesBehind(t *testing.T) {
	w := newWorld(t)
	m := w.milestone(Seller, 0x30, Fields{"due": "2026-06-01"})
	w.as(sam, Seller, Op{Kind: KindReschedule, ID: m, Due: "2026-06-08", Reason: "Their CFO wavers"}).ok(t)

	w.as(sam, Seller, Op{Kind: KindMilestonePublish, ID: m}).ok(t)

	if f := w.fields(Shared, Milestone, m); f["due"] != "2026-06-08" || f["due_reason"] != nil {
		t.Errorf("published: %v", f)
	}
	w.checkLog()
}

// What was done when both sides agreed is part of what they agreed on.
func TestWhatBothAgreedOnStaysShared(t *testing.T) {
	w := newWorld(t)
	done := w.milestone(Shared, 0x30, Fields{"due": "2026-05-01"})
	w.milestone(Shared, 0x31, Fields{"due": "2026-06-01"})
	w.as(sam, Shared, Op{Kind: KindMilestoneComplete, ID: done}).ok(t)
	w.agree(sam)
	w.agree(dana)
	w.as(sam, Shared, Op{Kind: KindMilestoneWithdraw, ID: done}).refused(t, Conflict, "id")

	w.as(dana, Shared, Op{Kind: "milestone.update", ID: done, Set: Fields{"status": "cancelled"}}).ok(t)
	w.agree(sam)
	w.agree(dana) // now without it
	w.as(sam, Shared, Op{Kind: KindMilestoneWithdraw, ID: done}).ok(t)
}
