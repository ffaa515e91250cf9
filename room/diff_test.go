package room

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// told is a difference as testdata/diff has it.
type told struct {
	Group     DiffGroup `json:"group"`
	Text      string    `json:"text"`
	Entity    Entity    `json:"entity"`
	Milestone RecordID  `json:"milestone,omitempty"`
}

// diffCase is one file of testdata/diff: two states, and the words between them.
type diffCase struct {
	Name        string                     `json:"name"`
	Stream      Stream                     `json:"stream"`
	Today       string                     `json:"today"`
	Before      map[Stream]json.RawMessage `json:"before"`
	After       map[Stream]json.RawMessage `json:"after"`
	Differences []told                     `json:"differences"`
}

// visible are the states of the shared stream and s.
func visible(p *Plan, s Stream) map[Stream]json.RawMessage {
	return map[Stream]json.RawMessage{Shared: p.Snapshot(Shared), s: p.Snapshot(s)}
}

func loadVisible(t testing.TB, states map[Stream]json.RawMessage) *Plan {
	t.Helper()
	p := NewPlan(testRoom, "e1")
	for s, body := range states {
		if err := p.LoadSnapshot(s, 1, body); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// weeks is what happened in a room, from one state to another, by name.
var weeks = map[string]func(w *world){
	"a week of work": func(w *world) {
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x31), Set: Fields{"due": "2026-10-22"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x32), Set: Fields{"due": "2026-10-14", "buyer_owner": string(dana.ID)}}).ok(w)
		w.as(dana, Shared, Op{Kind: KindCriterionMeet, ID: uid(0x41)}).ok(w)
		w.as(dana, Shared, Op{Kind: KindTaskComplete, ID: uid(0x51)}).ok(w)
		w.as(chris, Shared, Op{Kind: KindMilestoneComplete, ID: uid(0x30)}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x34), Set: Fields{"phase": string(phase2), "title": "Board meeting", "due": "2027-01-12"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x42), Set: Fields{"milestone": string(uid(0x34)), "text": "Minutes are here"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.remove", ID: uid(0x33)}).ok(w)
		w.as(sam, Seller, Op{Kind: "milestone.add", ID: uid(0x36), Set: Fields{"phase": string(phase2), "title": "Discount approval", "due": "2026-10-12"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x35), Set: Fields{"due": "2026-12-07"}}).ok(w)
		w.as(priya, Shared, Op{Kind: "participant.add", ID: uid(0x1a), Set: Fields{"name": "Noor Haddad", "side": "buyer", "access": "editor"}}).ok(w)
		w.as(priya, Shared, Op{Kind: KindRevoke, ID: kim.ID}).ok(w)
		w.as(marc, Shared, Op{Kind: KindRoomUpdate, Set: Fields{"purpose": "Invoices take nine days."}}).ok(w)
	},
	"nothing": func(w *world) {
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x31), Set: Fields{"due": "2026-10-22"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x31), Set: Fields{"due": "2026-10-19"}}).ok(w)
	},
	"trouble": func(w *world) {
		why := "the board decided early"
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x31), Set: Fields{"status": "blocked", "blocked_reason": "no test system"}}).ok(w)
		w.as(sam, Shared, Op{Kind: KindMilestoneComplete, ID: uid(0x32), Override: &why}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x33), Set: Fields{"due": nil, "title": "Contract signed by both", "seller_owner": nil}}).ok(w)
		w.as(sam, Shared, Op{Kind: "milestone.update", ID: uid(0x30), Set: Fields{"status": "cancelled"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "phase.update", ID: phase2, Set: Fields{"name": "Go live"}}).ok(w)
		w.as(sam, Shared, Op{Kind: "criterion.update", ID: uid(0x41), Set: Fields{"target": "0"}}).ok(w)
	},
	"an agreement": func(w *world) {
		w.json(sam, Shared, `{"kind":"date.propose","id":"`+string(uid(0x71))+`","milestone":"`+string(uid(0x31))+`","to":"2026-10-23","reason":"the team is away"}`).ok(w)
		w.json(dana, Shared, `{"kind":"date.accept","id":"`+string(uid(0x71))+`"}`).ok(w)
		w.as(marc, Shared, Op{Kind: "plan.accept", Rev: w.plan.Revs[Shared]}).ok(w)
		w.as(priya, Shared, Op{Kind: "plan.accept", Rev: w.plan.Revs[Shared]}).ok(w)
	},
}

// plannedWorld is a room with a small plan.
func plannedWorld(t testing.TB) *world {
	w := newWorld(t)
	for i, m := range []Fields{
		{"title": "Kick-off", "due": "2026-10-05"},
		{"title": "Security review", "due": "2026-10-19", "seller_owner": string(sam.ID), "buyer_owner": string(marc.ID)},
		{"title": "Trial with real work", "due": "2026-10-15"},
		{"title": "Contract signed", "due": "2026-11-13", "seller_owner": string(priya.ID)},
	} {
		m["phase"] = string(phase1)
		w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x30 + i), Set: m}).ok(t)
	}
	w.as(sam, Shared, Op{Kind: "milestone.add", ID: uid(0x35), Set: Fields{"phase": string(phase2), "title": "Go-live", "due": "2026-11-30", "is_go_live": true}}).ok(t)
	w.as(sam, Shared, Op{Kind: "criterion.add", ID: uid(0x41), Set: Fields{"milestone": string(uid(0x32)), "text": "No blocking finding is open"}}).ok(t)
	w.as(sam, Shared, Op{Kind: "task.add", ID: uid(0x51), Set: Fields{"milestone": string(uid(0x31)), "title": "Send the questionnaire"}}).ok(t)
	return w
}

// The words are those of testdata/diff, for each audience. // I11
func TestDiffTellsWhatChanged(t *testing.T) {
	for name, happens := range weeks {
		for _, s := range Streams {
			w := plannedWorld(t)
			before := visible(w.plan, s)
			happens(w)
			c := diffCase{Name: name, Stream: s, Today: "2026-10-08", Before: before, After: visible(w.plan, s), Differences: []told{}}
			for _, d := range Diff(loadVisible(t, c.Before), loadVisible(t, c.After), s, c.Today) {
				c.Differences = append(c.Differences, told{d.Group, d.Text, d.Entity, d.Milestone})
			}
			got, err := json.MarshalIndent(c, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "diff", strings.ReplaceAll(name, " ", "-")+"-"+string(s)+".json")
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(bytes.TrimSpace(want), got) {
				t.Errorf("%s, %s: got %s", name, s, got)
			}
		}
	}
}

// What happened and was taken back is no difference, and a plan has none from
// itself.
func TestDiffOfTheSameIsEmpty(t *testing.T) {
	w := plannedWorld(t)
	for _, s := range Streams {
		p := loadVisible(t, visible(w.plan, s))
		if got := Diff(p, p, s, "2026-10-08"); len(got) != 0 {
			t.Errorf("%s: %+v", s, got)
		}
	}
}
