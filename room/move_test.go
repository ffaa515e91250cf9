package room

import (
	"strings"
	"testing"
)

// chain is a world with A → B → C → go-live, each on its own week.
func chain(t testing.TB) *world {
	w := newWorld(t)
	w.json(sam, Shared, fill(`[
		{"kind":"milestone.add","id":"A","set":{"phase":"P1","title":"Discovery","due":"2026-06-01","duration_days":2,"seller_owner":"SAM"}},
		{"kind":"milestone.add","id":"B","set":{"phase":"P1","title":"Security review","start":"2026-06-04","due":"2026-06-08","seller_owner":"SAM"}},
		{"kind":"milestone.add","id":"C","set":{"phase":"P1","title":"Contract signed","due":"2026-06-15","duration_days":3,"buyer_owner":"DANA"}},
		{"kind":"milestone.add","id":"LIVE","set":{"phase":"P2","title":"Go-live","is_go_live":true,"due":"2026-06-19"}},
		{"kind":"dependency.add","id":"AB","set":{"from":"A","to":"B"}},
		{"kind":"dependency.add","id":"BC","set":{"from":"B","to":"C","lag_days":1}},
		{"kind":"dependency.add","id":"CL","set":{"from":"C","to":"LIVE"}}]`, chainIDs)).ok(t)
	return w
}

var chainIDs = map[string]RecordID{
	"P1": phase1, "P2": phase2, "A": uid(0x30), "B": uid(0x31), "C": uid(0x32), "LIVE": uid(0x33), "PRIVATE": uid(0x34), "OTHER": uid(0x35),
	"AB": uid(0x40), "BC": uid(0x41), "CL": uid(0x42), "AP": uid(0x43), "PC": uid(0x44), "SAM": sam.ID, "DANA": dana.ID,
}

// dues returns the due dates of the chain, and B's start.
func (w *world) dues() string {
	var out []string
	for _, name := range []string{"A", "B", "C", "LIVE"} {
		due, _ := w.fields(Shared, Milestone, chainIDs[name])["due"].(string)
		out = append(out, name+" "+strings.TrimPrefix(due, "2026-"))
	}
	start, _ := w.fields(Shared, Milestone, chainIDs["B"])["start"].(string)
	return strings.Join(append(out, "B from "+strings.TrimPrefix(start, "2026-")), ", ")
}

// A push moves what waits later, just far enough, and keeps durations. // rule 5
func TestPush(t *testing.T) {
	const before = "A 06-01, B 06-08, C 06-15, LIVE 06-19, B from 06-04"
	for name, c := range map[string]struct{ setup, op, want string }{
		"nothing has to move": {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-06-03","push":true}`, "A 06-03, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		// B takes Thu, Fri and Mon: from Wed 3 June it is due on Mon 8 June, from Thu on Tue.
		"the next moves by a day, its start too": {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-06-04","push":true}`, "A 06-04, B 06-09, C 06-15, LIVE 06-19, B from 06-05"},
		// B on Fri 12; C a day of lag and three of work later, Thu 18.
		"it goes on to the end": {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-06-09","push":true}`, "A 06-09, B 06-12, C 06-18, LIVE 06-19, B from 06-10"},
		"go-live moves as any other": {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`,
			"A 06-12, B 06-17, C 06-23, LIVE 06-23, B from 06-15"},
		"without push nothing else moves": {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":false}`, "A 06-12, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"nothing is pulled":               {"", `{"kind":"milestone.reschedule","id":"A","due":"2026-05-04","push":true}`, "A 05-04, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"what is done stays": {`{"kind":"milestone.complete","id":"B"}`, `{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`,
			"A 06-12, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"what is cancelled stays": {`{"kind":"milestone.update","id":"B","set":{"status":"cancelled"}}`, `{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`,
			"A 06-12, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"what is pinned stays": {`{"kind":"milestone.update","id":"B","set":{"pinned":true}}`, `{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`,
			"A 06-12, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"a link that is not required pushes nothing": {`[{"kind":"dependency.remove","id":"AB"},{"kind":"dependency.add","id":"AP","set":{"from":"A","to":"B","required":false}}]`,
			`{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`, "A 06-12, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
		"the one that moves keeps its duration": {"", `{"kind":"milestone.reschedule","id":"B","due":"2026-06-16","push":true}`, "A 06-01, B 06-16, C 06-22, LIVE 06-22, B from 06-12"},
		// C is the buyer's, B the seller's: the days of both count, and Wed 17 is the buyer's holiday.
		"a hand-off counts in both calendars": {`{"kind":"room.update","set":{"buyer_holidays":["2026-06-17"]}}`,
			`{"kind":"milestone.reschedule","id":"B","due":"2026-06-12","push":true}`, "A 06-01, B 06-12, C 06-19, LIVE 06-19, B from 06-10"},
		"a side's own step counts in its own": {`{"kind":"room.update","set":{"buyer_holidays":["2026-06-05"]}}`,
			`{"kind":"milestone.reschedule","id":"A","due":"2026-06-04","push":true}`, "A 06-04, B 06-09, C 06-15, LIVE 06-19, B from 06-05"},
	} {
		t.Run(name, func(t *testing.T) {
			w := chain(t)
			if c.setup != "" {
				w.json(dana, Shared, fill(c.setup, chainIDs)).ok(t)
			}
			if got := w.dues(); got != before {
				t.Fatalf("before: %s", got)
			}

			w.json(sam, Shared, fill(c.op, chainIDs)).ok(t)

			if got := w.dues(); got != c.want {
				t.Errorf("dues = %s\nwant   %s", got, c.want)
			}
			if live, room := w.fields(Shared, Milestone, chainIDs["LIVE"])["due"], w.fields(Shared, RoomEntity, RecordID(testRoom))["go_live"]; live != room {
				t.Errorf("go-live is due %v, the room's is %v", live, room)
			}
			w.checkLog()
		})
	}
}

// What a side keeps to itself is pushed along for it alone, and pushes nothing
// that the other side sees. // I11
func TestPushOfWhatIsPrivate(t *testing.T) {
	w := chain(t)
	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-06-05","duration_days":1}},
		{"kind":"dependency.add","id":"AP","set":{"from":"A","to":"PRIVATE"}},
		{"kind":"dependency.add","id":"PC","set":{"from":"PRIVATE","to":"C"}}]`, chainIDs)).ok(t)
	w.json(dana, Buyer, fill(`[
		{"kind":"milestone.add","id":"OTHER","set":{"phase":"P1","title":"Committee","due":"2026-06-05"}},
		{"kind":"dependency.add","id":"BC","set":{"from":"A","to":"OTHER"}}]`, map[string]RecordID{"P1": phase1, "A": uid(0x30), "OTHER": uid(0x35), "BC": uid(0x45)})).ok(t)

	w.json(sam, Shared, fill(`{"kind":"milestone.reschedule","id":"A","due":"2026-06-08","push":true}`, chainIDs)).ok(t)

	if got, want := w.dues(), "A 06-08, B 06-11, C 06-17, LIVE 06-19, B from 06-09"; got != want {
		t.Errorf("dues = %s\nwant   %s", got, want)
	}
	if got := w.fields(Seller, Milestone, chainIDs["PRIVATE"])["due"]; got != "2026-06-09" {
		t.Errorf("the sender's private milestone is due %v", got)
	}
	if got := w.fields(Buyer, Milestone, chainIDs["OTHER"])["due"]; got != "2026-06-05" {
		t.Errorf("the other side's private milestone is due %v", got)
	}

	w.json(sam, Seller, fill(`{"kind":"milestone.reschedule","id":"PRIVATE","due":"2026-07-01","push":true}`, chainIDs)).ok(t)

	if got := w.dues(); !strings.Contains(got, "C 06-17") {
		t.Errorf("a private date moved a shared one: %s", got)
	}
}

// A private dependency may come to close a loop with shared ones, of which its
// author was not to be told. A push goes round it once.
func TestPushAroundALoopOfWhichOneSideKnows(t *testing.T) {
	w := chain(t)
	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-06-05","duration_days":1}},
		{"kind":"dependency.add","id":"AP","set":{"from":"PRIVATE","to":"A"}},
		{"kind":"dependency.add","id":"PC","set":{"from":"C","to":"PRIVATE"}}]`, chainIDs)).refused(t, Conflict, "ops[2].set.to")
	w.json(sam, Shared, fill(`{"kind":"dependency.remove","id":"BC"}`, chainIDs)).ok(t)
	w.json(sam, Seller, fill(`[
		{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-06-05","duration_days":1}},
		{"kind":"dependency.add","id":"AP","set":{"from":"PRIVATE","to":"A"}},
		{"kind":"dependency.add","id":"PC","set":{"from":"C","to":"PRIVATE"}}]`, chainIDs)).ok(t)
	w.json(dana, Shared, fill(`{"kind":"dependency.restore","id":"BC"}`, chainIDs)).ok(t)

	w.json(sam, Shared, fill(`{"kind":"milestone.reschedule","id":"A","due":"2026-06-12","push":true}`, chainIDs)).ok(t)

	if got, want := w.dues(), "A 06-12, B 06-17, C 06-23, LIVE 06-23, B from 06-15"; got != want {
		t.Errorf("dues = %s\nwant   %s", got, want)
	}
	if got := w.fields(Seller, Milestone, chainIDs["PRIVATE"])["due"]; got != "2026-06-24" {
		t.Errorf("the private milestone is due %v", got)
	}
}

func TestAPushEndsWithTheCalendar(t *testing.T) {
	w := chain(t)

	w.json(sam, Shared, fill(`{"kind":"milestone.reschedule","id":"A","due":"2199-12-30","push":true}`, chainIDs)).refused(t, Invalid, "due")
}

// Moving go-live asks which dates move along; it is one op. // rule 8
func TestShift(t *testing.T) {
	for name, c := range map[string]struct{ setup, op, want string }{
		"all":                        {"", `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`, "A 06-08, B 06-15, C 06-22, LIVE 06-26, B from 06-11"},
		"earlier":                    {"", `{"kind":"plan.shift","to":"2026-06-12","mode":"all"}`, "A 05-25, B 06-01, C 06-08, LIVE 06-12, B from 05-28"},
		"onto days off":              {"", `{"kind":"plan.shift","to":"2026-06-25","mode":"all"}`, "A 06-05, B 06-12, C 06-19, LIVE 06-25, B from 06-10"},
		"go-live on a weekend stays": {"", `{"kind":"plan.shift","to":"2026-06-27","mode":"none"}`, "A 06-01, B 06-08, C 06-15, LIVE 06-27, B from 06-04"},
		"all, with a pinned one": {`{"kind":"milestone.update","id":"C","set":{"pinned":true}}`, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`,
			"A 06-08, B 06-15, C 06-22, LIVE 06-26, B from 06-11"},
		"counted, with a pinned one": {`{"kind":"milestone.update","id":"C","set":{"pinned":true}}`, `{"kind":"plan.shift","to":"2026-06-26","mode":"counted"}`,
			"A 06-08, B 06-15, C 06-15, LIVE 06-26, B from 06-11"},
		"what is done stays": {`{"kind":"milestone.complete","id":"A"}`, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`,
			"A 06-01, B 06-15, C 06-22, LIVE 06-26, B from 06-11"},
		"what has no date stays without": {`{"kind":"milestone.update","id":"A","set":{"due":null}}`, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`,
			"A , B 06-15, C 06-22, LIVE 06-26, B from 06-11"},
		"the owner's holiday is a day off": {`{"kind":"room.update","set":{"buyer_holidays":["2026-06-22"]}}`, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`,
			"A 06-08, B 06-15, C 06-19, LIVE 06-26, B from 06-11"},
		"to the same day": {"", `{"kind":"plan.shift","to":"2026-06-19","mode":"all"}`, "A 06-01, B 06-08, C 06-15, LIVE 06-19, B from 06-04"},
	} {
		t.Run(name, func(t *testing.T) {
			w := chain(t)
			if c.setup != "" {
				w.json(sam, Shared, fill(c.setup, chainIDs)).ok(t)
			}

			a := w.json(sam, Shared, c.op).ok(t)

			if got := w.dues(); got != c.want {
				t.Errorf("dues = %s\nwant   %s", got, c.want)
			}
			if live, room := w.fields(Shared, Milestone, chainIDs["LIVE"])["due"], w.fields(Shared, RoomEntity, RecordID(testRoom))["go_live"]; live != room {
				t.Errorf("go-live is due %v, the room's is %v", live, room)
			}
			w.checkLog()

			before := chain(t)
			if c.setup != "" {
				before.json(sam, Shared, fill(c.setup, chainIDs)).ok(t)
			}
			w.as(sam, Shared, Op{Kind: KindUndo, Rev: a.Rev}).ok(t)
			if got, want := w.dues(), before.dues(); got != want {
				t.Errorf("undone, dues = %s\nwant           %s", got, want)
			}
		})
	}
}

// What cannot be shifted says why, and writes nothing.
func TestShiftIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		by     Member
		stream Stream
		setup  string
		op     string
		code   Code
		field  string
	}{
		"into the past":         {sam, Shared, "", `{"kind":"plan.shift","to":"2026-05-03","mode":"all"}`, Invalid, "to"},
		"past the last year":    {sam, Shared, `{"kind":"milestone.update","id":"C","set":{"due":"2026-07-01"}}`, `{"kind":"plan.shift","to":"2199-12-31","mode":"all"}`, Invalid, "to"},
		"when it is done":       {sam, Shared, `{"kind":"milestone.complete","id":"LIVE"}`, `{"kind":"plan.shift","to":"2026-07-01","mode":"all"}`, Conflict, "to"},
		"without a date":        {sam, Shared, `{"kind":"milestone.update","id":"LIVE","set":{"due":null}}`, `{"kind":"plan.shift","to":"2026-07-01","mode":"all"}`, Conflict, "to"},
		"on a private stream":   {sam, Seller, "", `{"kind":"plan.shift","to":"2026-07-01","mode":"all"}`, Invalid, "stream"},
		"by who may not edit":   {chris, Shared, "", `{"kind":"plan.shift","to":"2026-07-01","mode":"all"}`, Forbidden, ""},
		"as a part of a group":  {sam, Shared, "", `[{"kind":"plan.shift","to":"2026-07-01","mode":"all"}]`, "", ""},
		"today is not the past": {sam, Shared, "", `{"kind":"plan.shift","to":"2026-05-04","mode":"none"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := chain(t)
			if c.setup != "" {
				w.json(sam, Shared, fill(c.setup, chainIDs)).ok(t)
			}

			a := w.json(c.by, c.stream, c.op)

			if c.code == "" {
				a.ok(t)
				return
			}
			a.refused(t, c.code, c.field)
		})
	}
}

// A shift takes along what the sender's side keeps to itself, not what the
// other side does. // I11
func TestShiftOfWhatIsPrivate(t *testing.T) {
	w := chain(t)
	w.json(sam, Seller, fill(`{"kind":"milestone.add","id":"PRIVATE","set":{"phase":"P1","title":"Discount","due":"2026-06-05"}}`, chainIDs)).ok(t)
	w.json(dana, Buyer, fill(`{"kind":"milestone.add","id":"OTHER","set":{"phase":"P1","title":"Committee","due":"2026-06-05"}}`, chainIDs)).ok(t)

	a := w.json(sam, Shared, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`).ok(t)

	if got := w.fields(Seller, Milestone, chainIDs["PRIVATE"])["due"]; got != "2026-06-12" {
		t.Errorf("the sender's private milestone is due %v", got)
	}
	if len(a.changes(Buyer)) > 0 {
		t.Errorf("the other side's stream got %v", a.changes(Buyer))
	}
}

// One op, one undo: what a shift took along in the sender's private stream goes
// back with it, but for what somebody moved there since. // I11
func TestUndoOfAShiftTakesBackWhatIsPrivate(t *testing.T) {
	w := chain(t)
	for _, id := range []string{"PRIVATE", "OTHER"} {
		w.json(sam, Seller, fill(`{"kind":"milestone.add","id":"`+id+`","set":{"phase":"P1","title":"Discount","due":"2026-06-05"}}`, chainIDs)).ok(t)
	}
	shared := w.plan.Snapshot(Shared)
	due := func(id string) any { return w.fields(Seller, Milestone, chainIDs[id])["due"] }

	shift := w.json(sam, Shared, `{"kind":"plan.shift","to":"2026-06-26","mode":"all"}`).ok(t)
	w.json(priya, Seller, fill(`{"kind":"milestone.update","id":"OTHER","set":{"due":"2026-06-30"}}`, chainIDs)).ok(t)
	undo := w.as(sam, Shared, Op{Kind: KindUndo, Rev: shift.Rev}).ok(t)

	if got := w.plan.Snapshot(Shared); string(got) != string(shared) {
		t.Errorf("undone, the shared plan is\n%s\nwant\n%s", got, shared)
	}
	if due("PRIVATE") != "2026-06-05" || due("OTHER") != "2026-06-30" {
		t.Errorf("undone, the private milestones are due %v and %v", due("PRIVATE"), due("OTHER"))
	}
	w.as(sam, Shared, Op{Kind: KindUndo, Rev: undo.Rev}).ok(t)
	if due("PRIVATE") != "2026-06-12" {
		t.Errorf("done again, the private milestone is due %v", due("PRIVATE"))
	}
	w.checkLog()
}
