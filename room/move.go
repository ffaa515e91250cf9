package room

import (
	"cmp"
	"slices"
)

// mover moves dates: what a reschedule, a push and a shift have in common.
type mover struct {
	*draft
	op    *Op
	moved []recordKey
	cals  calendars // each made when it is first needed
}

// move gives a milestone another due date. A start moves along, so that the
// duration stays. Every date that such an op moves goes through here.
func (m *mover) move(ed *edit, due day) error {
	if due < firstDay || due > lastDay {
		return FieldErrorf(Invalid, m.field("due"), "the %s would move out of the years %d–%d", Milestone.label(ed.now), minYear, maxYear)
	}
	if start, ok := m.startFor(ed, due); ok {
		m.put(ed, "start", start)
	}
	m.put(ed, "due", due.String())
	m.moved = append(m.moved, ed.recordKey)
	return nil
}

// startFor returns the start that keeps the milestone's duration with another
// due date; false when it has none.
func (m *mover) startFor(ed *edit, due day) (string, bool) {
	start, ok1 := parseDay(ed.now["start"])
	was, ok2 := parseDay(ed.now["due"])
	if !ok1 || !ok2 {
		return "", false
	}
	c := m.calendar(whoseIs(ed.stream, ed.now))
	if n := c.duration(ed.now); n > 0 {
		start = c.start(due, n)
	} else {
		start += due - was // it begins and ends on days off
	}
	return start.String(), true
}

func (m *mover) calendar(w whose) *calendar {
	if m.cals == (calendars{}) {
		_, room, _ := m.room()
		m.cals = calendarsOf(room)
	}
	return m.cals[w]
}

// private is the stream of the sender's own side, if the op is on the shared
// one: what is kept to that side moves along, in a commit of its own.
func (m *mover) private() (Stream, bool) {
	for _, s := range Streams[1:] {
		if m.stream == Shared && m.stamp.By.Side.Sees(s) {
			return s, true
		}
	}
	return "", false
}

// push moves what waits for the milestones moved so far later, just far enough
// (rule 5). First what everybody sees, by the dependencies that everybody sees;
// what the sender's side keeps to itself follows, and moves nothing of those.
func (m *mover) push() error {
	if err := m.pushIn(m.stream); err != nil {
		return err
	}
	if s, ok := m.private(); ok {
		return m.pushIn(s)
	}
	return nil
}

// pushIn pushes the milestones of one stream, each once, after all that it
// waits for.
func (m *mover) pushIn(s Stream) error {
	w := waiters{mover: m, stream: s, links: map[recordKey][]link{}, open: map[recordKey]bool{}}
	for _, from := range slices.Clone(m.moved) {
		w.visit(from)
	}
	slices.Reverse(w.order)
	needs := map[recordKey]day{}
	for _, key := range w.order {
		f, _ := m.fields(key.stream, Milestone, key.id)
		due, ok := parseDay(f["due"])
		if need, pushed := needs[key]; pushed && ok && due < need {
			due = m.calendar(whoseIs(key.stream, f)).onOrAfter(need)
			if err := m.move(m.edit(key.stream, Milestone, key.id), due); err != nil {
				return err
			}
		}
		for _, l := range w.links[key] {
			if need := m.earliest(due, key, f, l); ok && needs[l.to] < need {
				needs[l.to] = need
			}
		}
	}
	return nil
}

// earliest returns the day that a link lets its milestone be due on, when the
// one it waits for is due on from.
func (m *mover) earliest(from day, key recordKey, f Fields, l link) day {
	to, _ := m.fields(l.to.stream, Milestone, l.to.id)
	own := whoseIs(l.to.stream, to)
	return m.calendar(handOff(whoseIs(key.stream, f), own)).add(from, l.lag+m.calendar(own).duration(to))
}

// link is one milestone waiting for another.
type link struct {
	to  recordKey
	lag int // working days
}

// waiters finds what a push may move, ordered so that whatever waits comes
// before what it waits for.
type waiters struct {
	*mover
	stream Stream
	links  map[recordKey][]link // of the milestones whose waiters are all found
	open   map[recordKey]bool   // those on the way to the one being visited
	order  []recordKey
}

func (w *waiters) visit(key recordKey) {
	if _, found := w.links[key]; found {
		return
	}
	w.open[key] = true
	var links []link
	for _, l := range w.linksFrom(w.stream, key.id) {
		if l.to.stream != w.stream || w.open[l.to] || !w.pushes(l.to) {
			continue // an open one closes a loop that one side keeps to itself, see verifyLoops
		}
		w.visit(l.to)
		links = append(links, l)
	}
	delete(w.open, key)
	w.links[key] = links
	w.order = append(w.order, key)
}

// pushes reports whether a push may move the milestone.
func (m *mover) pushes(key recordKey) bool {
	f, ok := m.fields(key.stream, Milestone, key.id)
	return ok && moves(f) && f["pinned"] != true && f["due"] != nil && m.visible(key.stream, key.id)
}

// moves reports whether a milestone with fields f may be moved along: what is
// done or cancelled stays where it is.
func moves(f Fields) bool { return f["status"] != "done" && f["status"] != "cancelled" }

// linksFrom returns what waits for a milestone, as readers of s see it, by id.
// Dependencies that are not required are no links.
func (d *draft) linksFrom(s Stream, id RecordID) []link {
	var out []link
	collect := func(_ recordKey, f Fields) {
		to, _ := f["to"].(string)
		if f["removed"] == true || f["required"] == false {
			return
		}
		if _, home, ok := d.find(s, Milestone, RecordID(to)); ok {
			lag, _ := f["lag_days"].(int64)
			out = append(out, link{recordKey{home, Milestone, RecordID(to)}, int(lag)})
		}
	}
	d.each(list{Shared, Dependency, id}, collect)
	if s != Shared {
		d.each(list{s, Dependency, id}, collect)
	}
	slices.SortFunc(out, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.to.id, b.to.id), cmp.Compare(a.lag, b.lag))
	})
	return out
}
