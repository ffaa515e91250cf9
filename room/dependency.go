package room

import (
	"slices"
	"strings"
)

// verifyLoops keeps the dependencies that readers of a stream see free of
// loops and doubles, also when a removed milestone comes back.
//
// A shared dependency is judged by the shared ones alone, for a refusal must not
// tell of private ones. So it may close a loop through a private dependency:
// whoever follows private dependencies has to expect that.
func (d *draft) verifyLoops(ed *edit) error {
	if !ed.appears() {
		return nil
	}
	switch ed.entity {
	case Dependency:
		return d.verifyDependency(ed)
	case Milestone:
		if !ed.created() {
			return d.verifyLoop(ed.stream, ed.id, ed.id)
		}
	case Phase:
		if !ed.created() {
			for _, sib := range d.siblings(Shared, Milestone, ed.id, "") {
				if err := d.verifyLoop(Shared, sib.id, sib.id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *draft) verifyDependency(ed *edit) error {
	from, _ := ed.now["from"].(string)
	to, _ := ed.now["to"].(string)
	if from == to {
		return FieldErrorf(Invalid, d.field("to"), "a milestone cannot wait for itself")
	}
	for _, s := range []Stream{Shared, ed.stream} {
		double := false
		d.each(list{s, Dependency, RecordID(from)}, func(key recordKey, f Fields) {
			double = double || f["to"] == to && f["removed"] != true && key != ed.recordKey
		})
		if double {
			return FieldErrorf(Conflict, d.field("to"), "there is this dependency already")
		}
	}
	return d.verifyLoop(ed.stream, RecordID(to), RecordID(from))
}

// verifyLoop refuses when the dependencies lead from one milestone to another,
// which closes the loop.
func (d *draft) verifyLoop(s Stream, from, to RecordID) error {
	if !d.visible(s, from) {
		return nil
	}
	path := d.path(s, from, to, map[RecordID]bool{from: true})
	if path == nil {
		return nil
	}
	if from != to {
		path = append(path, from)
	}
	titles := make([]string, len(path))
	for i, id := range path {
		f, _, _ := d.find(s, Milestone, id)
		title, _ := f["title"].(string)
		titles[i] = "“" + clip(title) + "”"
	}
	return FieldErrorf(Conflict, d.field("to"), "these milestones would wait for each other: %s", strings.Join(titles, " → "))
}

// path returns the milestones on a way from one milestone to another, over one
// dependency at least and both ends included; nil when there is none.
func (d *draft) path(s Stream, from, to RecordID, seen map[RecordID]bool) []RecordID {
	for _, next := range d.waiting(s, from) {
		switch {
		case !d.visible(s, next):
		case next == to:
			return []RecordID{from, to}
		case !seen[next]:
			seen[next] = true
			if rest := d.path(s, next, to, seen); rest != nil {
				return append([]RecordID{from}, rest...)
			}
		}
	}
	return nil
}

// waiting returns the milestones that wait for id, as readers of s see them, by
// id: a loop is told of in the same words each time.
func (d *draft) waiting(s Stream, id RecordID) []RecordID {
	var out []RecordID
	collect := func(_ recordKey, f Fields) {
		if to, ok := f["to"].(string); ok && f["removed"] != true {
			out = append(out, RecordID(to))
		}
	}
	d.each(list{Shared, Dependency, id}, collect)
	if s != Shared {
		d.each(list{s, Dependency, id}, collect)
	}
	slices.Sort(out)
	return out
}

// visible reports whether readers of s see the milestone.
func (d *draft) visible(s Stream, id RecordID) bool {
	f, _, ok := d.find(s, Milestone, id)
	if !ok || f["removed"] == true {
		return false
	}
	_, _, hidden := d.removedAbove(s, Milestone, f)
	return !hidden
}
