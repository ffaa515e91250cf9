package postgres

import (
	"maps"

	"parley/room"
)

// turn is a room's judged batch: what it writes, and what the verdicts rest on.
type turn struct {
	*head
	plan     *room.Plan // with the commits folded in
	reqs     []room.Request
	verdicts []room.Verdict
	commits  []room.Encoded

	err   error     // why it was not written, once that was tried
	ready chan bool // says true to who leads the next gang, false to whose turn is over
}

// judge judges the requests, at the head's time and by its cursors.
func judge(h *head, plan *room.Plan, reqs []room.Request) *turn {
	t := &turn{head: h, plan: plan, reqs: reqs}
	t.verdicts, t.commits = room.Decide(plan, h.at, h.cursors, reqs)
	return t
}

// changes reports whether there is anything to write.
func (t *turn) changes() bool {
	if len(t.commits) > 0 {
		return true
	}
	for _, c := range t.cursors {
		if c.Dirty {
			return true
		}
	}
	return false
}

// wrote brings the head to where the transaction left the room, and keeps it
// with the plan.
func (t *turn) wrote() {
	t.turn++
	t.revs = maps.Clone(t.plan.Revs)
	t.plan.Memory = t.head
}
