package room

import (
	"cmp"
	"slices"
)

// DiffGroup sorts differences by what they are about, the weightiest first.
type DiffGroup string

// The groups of differences, in the order they are told.
const (
	DiffGoLive    DiffGroup = "go_live"
	DiffAgreement DiffGroup = "agreement" // proposals, and what the sides said yes to
	DiffDates     DiffGroup = "dates"
	DiffDone      DiffGroup = "done" // statuses of milestones
	DiffSteps     DiffGroup = "steps"
	DiffCriteria  DiffGroup = "criteria"
	DiffOwners    DiffGroup = "owners"
	DiffTasks     DiffGroup = "tasks"
	DiffPeople    DiffGroup = "people"
	DiffRoom      DiffGroup = "room"
)

// DiffGroups lists the groups in their order.
var DiffGroups = []DiffGroup{DiffGoLive, DiffAgreement, DiffDates, DiffDone, DiffSteps, DiffCriteria, DiffOwners, DiffTasks, DiffPeople, DiffRoom}

// Difference is one thing that is not as it was, in words.
type Difference struct {
	Group     DiffGroup
	Text      string // one sentence without a full stop
	Entity    Entity
	ID        RecordID
	Milestone RecordID // the milestone it is about, "" for none
	days      int      // of a move: by how much, for the order
	place     int      // of its milestone in the plan
}

// Diff returns what is different in stream s between two states of one plan, in
// words, the weightiest first. Both states hold the shared stream, which names
// people and phases. Today is the room's today: years other than its are told.
// Nothing but s and the shared stream is read, so what one audience is told
// follows from what it may read (I11).
func Diff(a, b *Plan, s Stream, today string) []Difference {
	d := &differ{a: a, b: b, stream: s, place: map[RecordID]int{}}
	d.today, _ = parseDay(text(today))
	v := NewView(b, slices.Compact([]Stream{Shared, s}))
	for i, m := range v.items {
		d.place[m.id] = i
	}
	for _, k := range Schema {
		for _, id := range d.ids(k.Entity) {
			d.record(k.Entity, id)
		}
	}
	slices.SortStableFunc(d.out, func(x, y Difference) int {
		return cmp.Or(
			slices.Index(DiffGroups, x.Group)-slices.Index(DiffGroups, y.Group),
			// The furthest move first; the rest in the order of the plan.
			max(y.days, -y.days)-max(x.days, -x.days),
			x.place-y.place, cmp.Compare(x.Text, y.Text),
		)
	})
	return d.out
}

// differ compares two states of a plan.
type differ struct {
	a, b   *Plan
	stream Stream
	today  day
	place  map[RecordID]int
	out    []Difference
}

// ids lists the records of an entity that either state has, sorted.
func (d *differ) ids(e Entity) []RecordID {
	var out []RecordID
	for id := range d.b.Streams[d.stream][e] {
		out = append(out, id)
	}
	for id := range d.a.Streams[d.stream][e] {
		if d.b.Streams[d.stream][e][id] == nil {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// alive returns the fields of a record that is in the plan, nil for one that is
// not (yet, or any more), nor what it is part of.
func (d *differ) alive(p *Plan, e Entity, id RecordID) Fields {
	rec := p.Streams[d.stream][e][id]
	if rec == nil || rec.Fields["removed"] == true {
		return nil
	}
	up, parent, ok := above(e, rec.Fields)
	for ; ok && parent != ""; up, parent, ok = above(up, d.anywhere(p, up, parent)) {
		if f := d.anywhere(p, up, parent); f == nil || f["removed"] == true {
			return nil
		}
	}
	return rec.Fields
}

// anywhere returns the fields of a record in the stream or the shared one.
func (d *differ) anywhere(p *Plan, e Entity, id RecordID) Fields {
	var found Fields
	for _, s := range []Stream{Shared, d.stream} {
		if rec := p.Streams[s][e][id]; rec != nil && (found == nil || found["removed"] == true) {
			found = rec.Fields
		}
	}
	return found
}

// say adds a difference about a record.
func (d *differ) say(g DiffGroup, e Entity, id, milestone RecordID, text string) *Difference {
	place, ok := d.place[milestone]
	if !ok {
		place = len(d.place)
	}
	d.out = append(d.out, Difference{Group: g, Text: text, Entity: e, ID: id, Milestone: milestone, place: place})
	return &d.out[len(d.out)-1]
}

// record compares one record.
func (d *differ) record(e Entity, id RecordID) {
	was, now := d.alive(d.a, e, id), d.alive(d.b, e, id)
	if was == nil && now == nil {
		return
	}
	switch e {
	case RoomEntity:
		d.room(id, was, now)
	case Participant:
		d.person(id, was, now)
	case RoleSlot:
		d.slot(id, was, now)
	case Phase:
		d.phase(id, was, now)
	case Milestone:
		d.milestone(id, was, now)
	case Criterion:
		d.criterion(id, was, now)
	case Task:
		d.task(id, was, now)
	case DateProposal:
		d.proposal(id, was, now)
	case Baseline:
		d.baseline(id, was, now)
	case Acceptance:
		d.acceptance(id, was, now)
	case Dependency, Comment: // told by the dates that follow, and in their threads
	default:
		panic("room: no words for a difference in a " + string(e))
	}
}
