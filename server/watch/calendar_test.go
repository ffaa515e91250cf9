package watch_test

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"parley/room"
	"parley/server/watch"
)

const (
	phaseID = room.RecordID("20000000-0000-4000-8000-0000000000f0")
	oneID   = room.RecordID("20000000-0000-4000-8000-0000000000f1")
	twoID   = room.RecordID("20000000-0000-4000-8000-0000000000f2")
	anaID   = room.RecordID("20000000-0000-4000-8000-0000000000a1")
	roomID  = room.ID("10000000-0000-4000-8000-00000000000a")
)

// log folds commits over a plan and its events, as a server does.
type log struct {
	plan   *room.Plan
	events *room.Events
	rev    room.Rev
}

func newLog() *log {
	l := &log{plan: room.NewPlan(roomID, "1"), events: room.NewEvents()}
	l.set(room.RoomEntity, room.RecordID(roomID), room.Fields{
		"name": "Rollout plan", "seller_company": "Northwind", "buyer_company": "Acme", "time_zone": "America/New_York", "status": "active", "go_live": "2026-11-30",
	})
	l.set(room.Participant, anaID, room.Fields{"name": "Ana", "side": "buyer", "access": "editor", "state": "active"})
	l.set(room.Phase, phaseID, room.Fields{"name": "Evaluate", "pos": "a0"})
	l.set(room.Milestone, oneID, room.Fields{
		"phase": string(phaseID), "title": "Security, review; part 1\\2", "status": "in_progress", "due": "2026-10-22", "pos": "a0", "buyer_owner": string(anaID), "visibility": "shared",
	})
	l.set(room.Milestone, twoID, room.Fields{
		"phase": string(phaseID), "title": strings.Repeat("Größenprüfung 安全审查 ", 12), "status": "not_started", "due": "2026-12-31", "pos": "a1", "visibility": "shared",
	})
	return l
}

func (l *log) set(e room.Entity, id room.RecordID, set room.Fields) {
	l.rev++
	at := time.Date(2026, 10, 1, 10, 0, int(l.rev), 0, time.UTC).Format(room.InstantFormat)
	was := room.Fields{}
	c := room.Commit{Rev: l.rev, At: at, Kind: "milestone.update", Changes: []room.Change{{Entity: e, ID: id, Set: set, Was: was}}}
	l.plan.Fold(room.Shared, c)
	l.events.Add(c)
}

var monday = time.Date(2026, 10, 19, 18, 0, 0, 0, time.UTC) // 14:00 in New York

func (l *log) calendar(now time.Time) []byte {
	return watch.Calendar("Rollout plan", l.part(now))
}

func (l *log) part(now time.Time) watch.Part {
	return watch.Part{Plan: watch.NewPlan(l.plan, now), Events: watch.Recent(l.events, now)}
}

// parsed reads a calendar with a parser that is not ours.
func parsed(t *testing.T, text []byte) map[string]*ics.VEvent {
	t.Helper()
	c, err := ics.ParseCalendar(strings.NewReader(string(text)))
	if err != nil {
		t.Fatalf("not a calendar: %v\n%s", err, text)
	}
	out := map[string]*ics.VEvent{}
	for _, e := range c.Events() {
		out[e.Id()] = e
	}
	return out
}

func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if v := e.GetProperty(p); v != nil {
		return v.Value
	}
	return ""
}

// Another parser reads whole days, the next day as the end, and the text as it
// was typed.
func TestACalendarIsReadByOthers(t *testing.T) {
	text := newLog().calendar(monday)
	events := parsed(t, text)
	e := events[string(oneID)+"@parley"]
	if e == nil || len(events) != 2 {
		t.Fatalf("events = %v", events)
	}

	for _, p := range []ics.ComponentProperty{ics.ComponentPropertyDtStart, ics.ComponentPropertyDtEnd} {
		if kind := e.GetProperty(p).ICalParameters["VALUE"]; len(kind) != 1 || kind[0] != "DATE" {
			t.Errorf("%s is a %v", p, kind)
		}
	}
	if from, to := value(e, ics.ComponentPropertyDtStart), value(e, ics.ComponentPropertyDtEnd); from != "20261022" || to != "20261023" {
		t.Errorf("from %s to %s", from, to)
	}
	if last := events[string(twoID)+"@parley"]; value(last, ics.ComponentPropertyDtEnd) != "20270101" {
		t.Errorf("the year does not end: %s", value(last, ics.ComponentPropertyDtEnd))
	}
	summary := ics.FromText(value(e, ics.ComponentPropertySummary))
	if summary != `Security, review; part 1\2` {
		t.Errorf("summary = %q", summary)
	}
	description := ics.FromText(value(e, ics.ComponentPropertyDescription))
	if description != "In progress\nT−39\nAcme: Ana" {
		t.Errorf("description = %q", description)
	}
	if value(e, ics.ComponentPropertyStatus) != "CONFIRMED" || value(e, ics.ComponentPropertyTransp) != "TRANSPARENT" || strings.Contains(string(text), "VALARM") {
		t.Errorf("status or transparency:\n%s", text)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !strings.HasPrefix(line, " ") && !strings.Contains(line, ":") {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
}

// The same event after an edit: one sequence more; off for thirty days.
func TestACalendarFollowsEdits(t *testing.T) {
	l := newLog()
	uid := string(oneID) + "@parley"
	before := parsed(t, l.calendar(monday))[uid]

	l.set(room.Milestone, oneID, room.Fields{"due": "2026-10-26"})
	moved := parsed(t, l.calendar(monday))[uid]
	l.set(room.Milestone, oneID, room.Fields{"removed": true})
	off := parsed(t, l.calendar(monday))[uid]

	if value(before, ics.ComponentPropertySequence) != "0" || value(moved, ics.ComponentPropertySequence) != "1" || value(moved, ics.ComponentPropertyDtStart) != "20261026" {
		t.Errorf("moved: sequence %s to %s", value(before, ics.ComponentPropertySequence), value(moved, ics.ComponentPropertySequence))
	}
	if value(off, ics.ComponentPropertySequence) != "2" || value(off, ics.ComponentPropertyStatus) != "CANCELLED" {
		t.Errorf("removed: %v", off)
	}
	if got := parsed(t, l.calendar(monday.AddDate(0, 0, 31)))[uid]; got != nil {
		t.Error("what is off is told for more than a month")
	}
}

// A person's calendar has what they own, by name or through a role that they have,
// and no more; what was theirs is off for thirty days, as in every other.
func TestAPersonsCalendarHasWhatTheyOwn(t *testing.T) {
	const three, role = room.RecordID("20000000-0000-4000-8000-0000000000f3"), room.RecordID("20000000-0000-4000-8000-0000000000f9")
	l := newLog()
	l.set(room.RoleSlot, role, room.Fields{"side": "buyer", "label": "Legal"})
	l.set(room.Milestone, three, room.Fields{"phase": string(phaseID), "title": "Legal review", "status": "not_started", "due": "2026-11-02", "pos": "a2", "buyer_owner": string(role), "visibility": "shared"})
	mine := func() map[string]*ics.VEvent {
		part := l.part(monday)
		part.Of, part.URL, part.Beside = anaID, "https://rooms.example.com/r/x", true
		return parsed(t, watch.Calendar("My milestones", part))
	}

	uid := string(oneID) + "@parley"
	events := mine()
	if e := events[uid]; len(events) != 1 || e == nil || ics.FromText(value(e, ics.ComponentPropertySummary)) != `Security, review; part 1\2 · Acme` ||
		value(e, ics.ComponentPropertyUrl) != "https://rooms.example.com/r/x/plan?m="+string(oneID) {
		t.Fatalf("hers are %v", events)
	}
	l.set(room.RoleSlot, role, room.Fields{"filled_by": string(anaID)})
	if events = mine(); len(events) != 2 || events[string(three)+"@parley"] == nil {
		t.Errorf("with her role's %v", events)
	}
	l.set(room.Milestone, oneID, room.Fields{"removed": true})
	if e := mine()[uid]; e == nil || value(e, ics.ComponentPropertyStatus) != "CANCELLED" || value(e, ics.ComponentPropertySequence) != "1" {
		t.Errorf("removed: %v", e)
	}
	l.set(room.Milestone, three, room.Fields{"buyer_owner": nil})
	if events = mine(); events[string(three)+"@parley"] != nil {
		t.Error("what is not hers any more is in her calendar")
	}
}

// A day is that day, late is late in the room's zone, wherever the server and
// its readers are.
func TestDaysAreTheSameEverywhere(t *testing.T) {
	l := newLog()
	texts := map[string]bool{}
	local := time.Local
	defer func() { time.Local = local }()
	for _, name := range []string{"America/Los_Angeles", "UTC", "Asia/Kolkata", "Pacific/Auckland"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = zone
		now := time.Date(2026, 10, 23, 3, 30, 0, 0, time.UTC).In(zone) // still the 22nd in New York
		p := watch.NewPlan(l.plan, now)
		sheet := watch.Sheet{Plan: p, Now: now, URL: "https://rooms.example.com/s/x", Version: "0"}
		texts[string(l.calendar(now))+string(watch.NewBody(p, "plan", nil).Page(watch.Frame{Now: now}))+string(sheet.Bytes())] = true
	}
	if len(texts) != 1 {
		t.Errorf("%d different texts", len(texts))
	}
	for text := range texts {
		if strings.Contains(text, ", late") || !strings.Contains(text, "39 days") || !strings.Contains(text, "Thu 22 Oct") {
			t.Error("due today is not late, and go-live is 39 days away")
		}
	}
}
