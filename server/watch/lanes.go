package watch

import (
	"fmt"

	"parley/room"
)

// Lane is a phase on the timeline.
type Lane struct {
	Name, Count string
	Marks       []Mark
}

// Mark is a milestone on the timeline, placed as on the runway.
type Mark struct {
	Milestone     *Milestone
	X, TextX      float64
	Look          string
	Agreed, Start Place
	Day           string
	Left          bool // its day stands to the left
}

// Lanes lists the phases with what has a date; nil without a runway.
func (p *Plan) Lanes() []Lane {
	strip := p.Runway()
	if strip == nil {
		return nil
	}
	var out []Lane
	for _, phase := range p.Phases {
		lane := Lane{Name: phase.Name, Count: fmt.Sprintf("%d/%d", phase.Done, phase.Total)}
		for _, m := range phase.Milestones {
			if m.Due == "" || m.Status == "cancelled" {
				continue
			}
			mark := Mark{Milestone: m, X: strip.place(m.Due), Look: lookOf(m), Day: shortDay(m.Due, p.Today)}
			mark.Left = mark.X > 80
			if m.Slip != 0 {
				mark.Agreed = Place{strip.place(m.Agreed), true}
			}
			if mark.TextX = mark.X; mark.Left && mark.Agreed.Shown {
				mark.TextX = min(mark.X, mark.Agreed.X)
			}
			if start := text(p.state[room.Milestone][m.ID], "start"); start != "" {
				mark.Start = Place{strip.place(start), true}
			}
			lane.Marks = append(lane.Marks, mark)
		}
		if len(lane.Marks) > 0 {
			out = append(out, lane)
		}
	}
	return out
}
