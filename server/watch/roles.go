package watch

import (
	"cmp"
	"slices"

	"parley/room"
)

// Unfilled lists the roles that nobody has: the buyer's first, as people are, and
// of a company in the order in which the plan needs them. A role has no place of
// its own, and its id is chance.
func (p *Plan) Unfilled() []room.Unfilled {
	needed := map[room.RecordID]int{}
	for i := len(p.All) - 1; i >= 0; i-- {
		rec := p.state[room.Milestone][p.All[i].ID]
		for _, field := range []string{"buyer_owner", "seller_owner"} {
			needed[room.RecordID(text(rec, field))] = i + 1 // the first one stays
		}
	}
	place := func(id room.RecordID) int {
		return cmp.Or(needed[id], len(p.All)+1)
	}
	list := slices.Clone(p.Schedule.Unfilled)
	slices.SortStableFunc(list, func(a, b room.Unfilled) int {
		x, y := p.state[room.RoleSlot][a.ID], p.state[room.RoleSlot][b.ID]
		return cmp.Or(cmp.Compare(sideOrder[text(x, "side")], sideOrder[text(y, "side")]), cmp.Compare(place(a.ID), place(b.ID)), cmp.Compare(a.Text, b.Text))
	})
	return list
}
