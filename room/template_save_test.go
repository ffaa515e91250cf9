package room

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// canaries are texts that no template may hold, whatever stream or field they
// were in. // I11
var canaries = []string{
	"Acme", "Northwind", "NORTHWIND", "Marc", "priya", "Olsen", "Priya", "Nair", "Tomás", "zq-private", "zq-comment", "zq-amount", "zq-crm", "zq-blocked", "zq-over",
	"zq-cancelled", "zq-removed", "zq-mail", "zq-buying", "98765.43", "2026-",
}

// usedWorld is a room with a plan that people have worked on.
func usedWorld(t *testing.T) *world {
	w := newWorld(t)
	w.json(sam, Shared, `{"kind":"template.apply","template":"pilot","go_live":"2026-11-30"}`).ok(t)
	w.as(priya, Seller, Op{Kind: KindRoomUpdate, Set: Fields{"amount": "98765.43", "crm_ref": "zq-crm"}}).ok(t)
	w.as(priya, Shared, Op{Kind: "participant.update", ID: marc.ID, Set: Fields{"role": "Head of Acme IT", "email": "zq-mail@acme.example"}}).ok(t)
	w.as(priya, Seller, Op{Kind: "participant.update", ID: marc.ID, Set: Fields{"buying_role": "zq-buying"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x60), Set: Fields{
		"phase": string(phase1), "title": "Security review with Marc Olsen and Acme", "due": "2026-10-30", "duration_days": int64(5),
		"description": "Ask Marc or priya (zq-mail2@acme.example). NORTHWIND answers, Acmeville does not.",
		"buyer_owner": string(marc.ID), "seller_owner": string(priya.ID),
	}}).ok(t)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x61), Set: Fields{
		"milestone": string(uid(0x60)), "text": "Tomás's list is empty", "measure": "Findings", "target": "0", "confirm_by": "buyer",
	}}).ok(t)
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x62), Set: Fields{"milestone": string(uid(0x60)), "title": "Call Marc", "owner": string(priya.ID), "due": "2026-10-20"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "comment.add", ID: uid(0x63), Set: Fields{"on": Target{Milestone, uid(0x60)}, "body": "zq-comment"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x60), Set: Fields{"status": "blocked", "blocked_reason": "zq-blocked"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x64), Set: Fields{"phase": string(phase1), "title": "zq-cancelled", "due": "2026-10-30", "status": "cancelled"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x65), Set: Fields{"phase": string(phase1), "title": "zq-removed"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "milestone.remove", ID: uid(0x65)}).ok(t)
	why := "zq-over"
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x66), Set: Fields{"phase": string(phase2), "title": "Handover", "due": "2026-12-04"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x67), Set: Fields{"milestone": string(uid(0x66)), "text": "Handed over"}}).ok(t)
	w.as(sam, Shared, Op{Kind: KindMilestoneComplete, ID: uid(0x66), Override: &why}).ok(t)
	w.as(sam, Shared, Op{Kind: "dependency.add", ID: uid(0x68), Set: Fields{"from": string(uid(0x60)), "to": string(uid(0x66)), "lag_days": int64(2)}}).ok(t)
	w.as(sam, Seller, Op{Kind: "milestone.add", ID: uid(0x69), Set: Fields{"phase": string(phase1), "title": "zq-private discount", "due": "2026-11-02"}}).ok(t)
	w.as(sam, Seller, Op{Kind: "task.add", ID: uid(0x6a), Set: Fields{"milestone": string(uid(0x60)), "title": "zq-private task"}}).ok(t)
	w.as(dana, Buyer, Op{Kind: "milestone.add", ID: uid(0x6b), Set: Fields{"phase": string(phase1), "title": "zq-private approval"}}).ok(t)
	return w
}

// Nothing of one deal comes into the next by way of a template. // I11
func TestSavedTemplateHoldsNothingPrivate(t *testing.T) {
	w := usedWorld(t)
	tpl, err := SaveTemplate(w.plan, "Our way", "For deals like this one")
	if err != nil {
		t.Fatal(err)
	}

	body, err := json.Marshal(tpl)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(body), "Acmeville", "") // another word
	for _, canary := range canaries {
		if strings.Contains(text, canary) {
			t.Errorf("%q is in the template: %s", canary, text)
		}
	}
}

// What made the plan work is kept: steps, order, offsets, roles, criteria, tasks
// and what waits for what. Nothing is done yet.
func TestSavedTemplateMakesThePlanAgain(t *testing.T) {
	w := usedWorld(t)
	tpl, err := SaveTemplate(w.plan, "Our way", "")
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(tpl)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := ParseTemplate(body)
	if err != nil {
		t.Fatal(err)
	}

	next := newWorld(t)
	next.as(priya, Shared, Op{Kind: KindRoomUpdate, Set: Fields{"buyer_company": "Globex"}}).ok(t)
	next.as(sam, Shared, Op{Kind: KindTemplateApply, Template: string(uid(0x99)), Body: stored, GoLive: "2026-11-30"}).ok(t)
	due := func(w *world) map[string]string {
		out := map[string]string{}
		for _, rec := range w.plan.Streams[Shared][Milestone] {
			title := rec.Fields["title"].(string)
			if date, ok := rec.Fields["due"].(string); ok && rec.Fields["removed"] == nil && rec.Fields["status"] != "cancelled" {
				out[title] = date
			}
		}
		return out
	}
	was, now := due(w), due(next)
	was["Security review with Project team and Globex"] = was["Security review with Marc Olsen and Acme"]
	delete(was, "Security review with Marc Olsen and Acme")
	for title, date := range was {
		if now[title] != date {
			t.Errorf("%s is due %q, want %s", title, now[title], date)
		}
	}
	if len(now) != len(was) {
		t.Errorf("%d milestones, want %d: %v", len(now), len(was), now)
	}
	for _, rec := range next.plan.Streams[Shared][Milestone] {
		if rec.Fields["status"] != "not_started" || rec.Fields["completed_at"] != nil {
			t.Errorf("%v is %v", rec.Fields["title"], rec.Fields["status"])
		}
	}
	waits := 0
	for _, rec := range next.plan.Streams[Shared][Dependency] {
		if rec.Fields["lag_days"] == int64(2) {
			waits++
		}
	}
	if waits != 1 {
		t.Errorf("%d dependencies with a lag of 2 days, want 1", waits)
	}
	next.checkLog()
}

// The selling company's own templates are not the buyer's to use or to find.
func TestOwnTemplatesAreTheSellers(t *testing.T) { // I11
	w := newWorld(t)
	own, unknown := Op{Kind: KindTemplateApply, Template: string(uid(0x99)), Body: BuiltInTemplate("pilot")}, Op{Kind: KindTemplateApply, Template: string(uid(0x98))}

	mine := w.as(dana, Shared, own).refused(t, Invalid, "template")
	none := w.as(dana, Shared, unknown).refused(t, Invalid, "template")
	if mine.Err.Message != none.Err.Message {
		t.Errorf("%q tells that the template is there; want %q", mine.Err.Message, none.Err.Message)
	}
	w.as(sam, Shared, unknown).refused(t, Invalid, "template")
	w.as(sam, Shared, own).ok(t)
}

// A plan without a go-live has nothing to count from.
func TestSaveTemplateNeedsAGoLive(t *testing.T) {
	w := newWorld(t)
	if _, err := SaveTemplate(w.plan, "Empty", ""); CodeOf(err) != Conflict {
		t.Errorf("err = %v, want a conflict", err)
	}
}

// What [saver.maybe] leaves out is not in the text: looking for every name in
// every text finds the same.
func TestNamesAreFoundByTheirWords(t *testing.T) {
	t.Parallel() // a core of its own
	w := newWorld(t)
	for i, name := range []string{"Kasper Østergård", "Anne-Marie O'Neill", "Ян Ковальски", "李小龍", "*** ***", "J. R. R. Tolkien", "Max 3rd"} {
		w.as(priya, Shared, Op{Kind: "participant.add", ID: uid(0x90 + i), Set: Fields{"name": name, "side": "buyer", "access": "viewer", "company": "Dr. No & Sons"}}).ok(t)
	}
	d := newDraft(w.plan, Stamp{}, Shared)
	_, room, _ := d.room()
	s := &saver{draft: d}
	s.forget(room)
	pieces := []string{" ", " ", "-", "'", ", ", "x", "Call", "KASPER", "\u212aasper", "østergård", "anne", "Marie", "ANNE-MARIE O'NEILL", "o'neill", "ян", "李小龍", "***", "tolkien", "J. R. R.", "3RD", "Max", "acme", "Northwind", "dr. no & sons", "Priya", "nair"}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for range 2_000 {
		text := ""
		for range 1 + r.IntN(12) {
			text += pieces[r.IntN(len(pieces))]
		}
		want := text
		for _, f := range s.names {
			for range 2 {
				want = f.name().ReplaceAllString(want, "${1}"+f.by+"${2}")
			}
		}
		if got := s.text(text); got != want {
			t.Fatalf("seed %d: %q becomes %q, want %q", seed, text, got, want)
		}
	}
}
