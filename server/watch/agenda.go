package watch

import (
	"cmp"
	"slices"
	"time"

	"parley/room"
)

// Section is a part of the agenda.
type Section struct {
	ID, Name   string
	Milestones []*Milestone
}

// The sections in their order; client/src/page/timeline/agenda.ts has the same.
var sections = []Section{
	{ID: "late", Name: "Late"}, {ID: "week", Name: "This week"}, {ID: "fortnight", Name: "Next two weeks"},
	{ID: "later", Name: "Later"}, {ID: "undated", Name: "No date yet"}, {ID: "done", Name: "Done"},
}

// Folded reports whether the section is closed until somebody opens it.
func (s Section) Folded() bool { return s.ID == "later" || s.ID == "done" }

// Agenda lists what is to be done by when; empty sections are left out. This
// week ends on Sunday.
func (p *Plan) Agenda() []Section {
	sunday := plus(p.Today, (7-int(parse(p.Today).Weekday()))%int(time.Saturday+1))
	out := slices.Clone(sections)
	for _, m := range p.All {
		id := sectionOf(m, sunday)
		for i := range out {
			if out[i].ID == id {
				out[i].Milestones = append(out[i].Milestones, m)
			}
		}
	}
	for _, s := range out {
		slices.SortStableFunc(s.Milestones, func(a, b *Milestone) int {
			if s.ID == "done" { // the newest first
				return cmp.Compare(b.Due, a.Due)
			}
			return cmp.Compare(a.Due, b.Due)
		})
	}
	return slices.DeleteFunc(out, func(s Section) bool { return len(s.Milestones) == 0 })
}

func sectionOf(m *Milestone, sunday string) string {
	switch {
	case !m.Open():
		return "done"
	case m.Due == "":
		return "undated"
	case m.Late:
		return "late"
	case m.Due <= sunday:
		return "week"
	case m.Due <= plus(sunday, 14):
		return "fortnight"
	default:
		return "later"
	}
}

// Turn is what one company has to do next.
type Turn struct {
	Side    room.Side
	Company string
	Next    []*Milestone
	Open    int
}

// shownTurns is how many of a company's open milestones are shown: who needs
// the fourth first did not do the first three.
const shownTurns = 3

// Turns says what is with each company, the buyer's first; without a date last.
func (p *Plan) Turns() []Turn {
	var out []Turn
	for _, side := range []room.Side{room.SideBuyer, room.SideSeller} {
		t := Turn{Side: side, Company: p.Company(side)}
		for _, m := range p.All {
			if m.Open() && (side == room.SideBuyer && m.Buyer != nil || side == room.SideSeller && m.Seller != nil) {
				t.Next = append(t.Next, m)
			}
		}
		t.Open = len(t.Next)
		byDue(t.Next)
		t.Next = t.Next[:min(shownTurns, t.Open)]
		out = append(out, t)
	}
	return out
}

// byDue sorts by date, those without one last.
func byDue(list []*Milestone) {
	slices.SortStableFunc(list, func(a, b *Milestone) int { return cmp.Compare(cmp.Or(a.Due, "9"), cmp.Or(b.Due, "9")) })
}

// Measured is a criterion and the milestone it decides.
type Measured struct {
	Criterion
	Milestone *Milestone
}

// Criteria lists the success criteria: open ones in the order of the plan, then
// those that are met.
func (p *Plan) Criteria() []Measured {
	var open, met []Measured
	for _, m := range p.All {
		for _, c := range m.Criteria {
			switch {
			case m.Status == "cancelled":
			case c.Met:
				met = append(met, Measured{c, m})
			default:
				open = append(open, Measured{c, m})
			}
		}
	}
	return append(open, met...)
}

// CriteriaMet is how many of the criteria are met.
func (p *Plan) CriteriaMet() (n int) {
	for _, c := range p.Criteria() {
		if c.Met {
			n++
		}
	}
	return n
}

// Trouble lists what is late or blocked, by date.
func (p *Plan) Trouble() []*Milestone {
	var out []*Milestone
	for _, m := range p.All {
		if m.Open() && (m.Late || m.Status == "blocked") {
			out = append(out, m)
		}
	}
	byDue(out)
	return out
}

// Ahead lists the open milestones that are not in trouble, by date.
func (p *Plan) Ahead() []*Milestone {
	var out []*Milestone
	for _, m := range p.All {
		if m.Open() && !m.Late && m.Status != "blocked" {
			out = append(out, m)
		}
	}
	byDue(out)
	return out
}
