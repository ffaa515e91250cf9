package room

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// ledger reads the log of a world from nothing.
func (w *world) ledger() *Ledger {
	w.Helper()
	l := NewLedger()
	for _, e := range w.log {
		if e.Stream != Shared {
			continue
		}
		c, err := DecodeCommit(e.Body)
		if err != nil {
			w.Fatal(err)
		}
		l.Add(c)
	}
	if l.Rev() != w.plan.Revs[Shared] {
		w.Fatalf("the ledger is at %d, the log at %d", l.Rev(), w.plan.Revs[Shared])
	}
	return l
}

func (r *LedgerReport) of(t *testing.T, id RecordID) Slippings {
	t.Helper()
	for _, m := range r.Milestones {
		if m.Milestone == id {
			return m
		}
	}
	t.Fatalf("no milestone %s in %+v", id, r.Milestones)
	return Slippings{}
}

func TestLedgerKeepsEveryMove(t *testing.T) {
	w, legal, live := agreedWorld(t)
	w.milestone(Seller, 0x33, Fields{"title": "Secret", "due": "2026-05-20"})
	w.as(sam, Seller, Op{Kind: KindReschedule, ID: uid(0x33), Due: "2026-05-25"}).ok(t)
	first := w.milestone(Shared, 0x34, nil)
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: first, Set: Fields{"due": "2026-05-20"}}).ok(t) // a first date
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: first, Set: Fields{"due": "2026-05-19"}}).ok(t)
	w.alone(dana, legal, "2026-06-11")
	w.alone(dana, legal, "2026-06-12") // the mark stays as it is
	back := w.alone(marc, legal, "2026-06-30")
	w.undo(marc, Shared, back.Rev).ok(t)
	w.propose(sam, 0x70, live, "2026-09-08")
	w.as(dana, Shared, Op{Kind: KindDateAccept, ID: uid(0x70)}).ok(t)

	r := w.ledger().Report(testNow, SideBuyer)
	if r.Today != "2026-05-04" || r.Rev != w.plan.Revs[Shared] || len(r.Milestones) != 3 {
		t.Errorf("report = %+v", r)
	}
	got := r.of(t, legal)
	if len(got.Moves) != 4 || *got.SlipDays != 11 || got.AgreedDue != "2026-06-01" || got.Buyer != (Count{2, 2, 11}) || got.Seller != (Count{}) {
		t.Fatalf("legal = %+v", got)
	}
	m := got.Moves[1]
	m.At = ""
	if want := (Move{Rev: m.Rev, From: "2026-06-11", To: "2026-06-12", Days: 1, By: dana.ID, Side: SideBuyer, Reason: "The auditor is away", Agreed: true, Alone: true}); m != want {
		t.Errorf("move = %+v\nwant %+v", m, want)
	}
	if !got.Moves[2].Undone || !got.Moves[3].Undone {
		t.Errorf("taken back: %+v", got.Moves[2:])
	}
	if m := r.of(t, live).Moves[0]; !m.Agreed || m.Alone || m.Reason != "The auditor is away" {
		t.Errorf("accepted: %+v", m)
	}
	if got := r.of(t, first); len(got.Moves) != 1 || got.Seller != (Count{1, 0, -1}) {
		t.Errorf("first = %+v", got)
	}
	if r.Buyer.Count != (Count{3, 3, 18}) || r.Seller.Count != (Count{1, 0, -1}) {
		t.Errorf("sums: buyer %+v, seller %+v", r.Buyer.Count, r.Seller.Count)
	}
}

// A promise is kept on the day in the room's zone; people are their own side's
// to know.
func TestPromisesKept(t *testing.T) {
	w := newWorld(t)
	due := []string{"2026-05-04", "2026-05-04", "2026-05-03", "2026-06-01", "2026-05-02"}
	for i, day := range due {
		w.milestone(Shared, 0x30+i, Fields{"due": day})
		w.own(uid(0x30+i), dana)
	}
	w.own(uid(0x30), sam)
	w.as(dana, Shared, Op{Kind: "role_slot.add", ID: uid(0x50), Set: Fields{"side": "seller", "label": "Security", "filled_by": string(tomas.ID)}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x32), Set: Fields{"seller_owner": string(uid(0x50))}}).ok(t)
	w.agree(sam)
	w.agree(dana)
	w.as(dana, Shared, Op{Kind: "milestone.update", ID: uid(0x34), Set: Fields{"status": "cancelled"}}).ok(t)
	w.now = time.Date(2026, 5, 4, 21, 59, 0, 0, time.UTC) // a minute before midnight in Oslo
	w.as(dana, Shared, Op{Kind: KindMilestoneComplete, ID: uid(0x30)}).ok(t)
	w.now = w.now.Add(time.Hour)
	w.as(dana, Shared, Op{Kind: KindMilestoneComplete, ID: uid(0x31)}).ok(t)

	for _, c := range []struct {
		reader Side
		people string
	}{
		{SideBuyer, fmt.Sprint([]Promises{{dana.ID, 1, 3}})},
		{SideSeller, fmt.Sprint([]Promises{{sam.ID, 1, 1}, {tomas.ID, 0, 1}})},
		{SidePartner, "[]"}, {NoSide, "[]"},
	} {
		r := w.ledger().Report(w.now, c.reader)
		if got := fmt.Sprint(r.People); got != c.people {
			t.Errorf("%s reads of %s, want %s", c.reader, got, c.people)
		}
		if r.Buyer.Words != "Acme kept 1 of 3 agreed dates" || r.Seller.Words != "Northwind kept 1 of 2 agreed dates" {
			t.Errorf("%q, %q", r.Buyer.Words, r.Seller.Words)
		}
	}
	if words := NewLedger().Report(testNow, NoSide).Buyer.Words; words != "buyer has had no agreed date to keep yet" {
		t.Errorf("words = %q", words)
	}
}

// A ledger that follows the log in steps is the one that reads it at once; what
// one milestone can fill it with is bounded. // I12
func TestLedgerFollowsTheLog(t *testing.T) {
	w, legal, _ := agreedWorld(t)
	l := w.ledger()
	for i := range KeptMoves + 20 {
		seen := len(w.log)
		w.alone(dana, legal, fmt.Sprintf("2027-%02d-%02d", i%12+1, i%28+1))
		for _, e := range w.log[seen:] {
			l.Add(e.Commit)
		}
	}
	got, want := l.Report(w.now, SideBuyer), w.ledger().Report(w.now, SideBuyer)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("in steps %+v\nat once %+v", got, want)
	}
	if m := got.of(t, legal); len(m.Moves) != KeptMoves || m.Buyer.Moves != KeptMoves+20 {
		t.Errorf("%d moves kept, %d counted", len(m.Moves), m.Buyer.Moves)
	}
}
