package room

import (
	"maps"
	"slices"
)

// The modes of a plan.shift: which dates move along with go-live.
const (
	ShiftAll     = "all"     // every open one
	ShiftCounted = "counted" // every open one that nobody pinned
	ShiftNone    = "none"    // no other
)

var shiftModes = []string{ShiftAll, ShiftCounted, ShiftNone}

// applyShift moves go-live, and the open milestones of its mode by as many
// calendar days (rule 8). A date that comes to lie on a day off is the working
// day before. What the sender's side keeps to itself moves along; what the
// other side does, nobody here knows.
func applyShift(d *draft, op *Op) error {
	was, dated := parseDay(d.before.goLive)
	if !dated {
		return FieldErrorf(Conflict, "to", "the plan has no go-live date to move; set one first")
	}
	_, room, _ := d.room()
	zone, _ := room["time_zone"].(string)
	if today := Today(d.stamp.At, zone); op.Due < today {
		return FieldErrorf(Invalid, "to", "go-live cannot move into the past: %s is before today, %s", op.Due, today)
	}
	to, _ := parseDay(op.Due)
	m := &mover{draft: d, op: op}
	if err := m.moveGoLive(to); err != nil || op.Mode == ShiftNone || to == was {
		return err
	}
	if err := m.shiftIn(Shared, to-was); err != nil {
		return err
	}
	if s, ok := m.private(); ok {
		return m.shiftIn(s, to-was)
	}
	return nil
}

// moveGoLive moves the milestone that is go-live, or, while there is none, the
// room's date.
func (m *mover) moveGoLive(to day) error {
	if m.before.milestone == "" {
		id, _, _ := m.room()
		m.ask(m.edit(Shared, RoomEntity, id), "go_live", to.String())
		return nil
	}
	ed := m.edit(Shared, Milestone, m.before.milestone)
	if !moves(ed.now) {
		return FieldErrorf(Conflict, "to", "the %s is %s; reopen it first", Milestone.label(ed.now), ed.now["status"])
	}
	ed.asked = append(ed.asked, "due")
	return m.move(ed, to)
}

// shiftIn moves the milestones of one stream by so many days.
func (m *mover) shiftIn(s Stream, by day) error {
	for _, id := range slices.Sorted(maps.Keys(m.plan.Streams[s][Milestone])) {
		f, ok := m.live(s, Milestone, id)
		due, dated := parseDay(f["due"])
		pinned := f["pinned"] == true && m.op.Mode != ShiftAll
		if !ok || !dated || pinned || !moves(f) || s == Shared && id == m.before.milestone || !m.visible(s, id) {
			continue
		}
		ed := m.edit(s, Milestone, id)
		if err := m.move(ed, m.calendar(whoseIs(s, f)).onOrBefore(due+by)); err != nil {
			return err
		}
	}
	return nil
}
