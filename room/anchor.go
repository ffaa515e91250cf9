package room

import "slices"

// anchor is the plan's go-live: the milestone that is it, with its due date,
// and the room's own go-live date. The two dates are kept equal.
type anchor struct {
	milestone   RecordID // "" for none
	due, goLive Value
}

// anchor returns the go-live of the draft. An op may leave two milestones
// flagged for a moment: what it flagged itself is meant, else the former one.
func (d *draft) anchor() anchor {
	a := anchor{milestone: d.before.milestone}
	flagged := d.flagged()
	if len(flagged) > 0 && !slices.Contains(flagged, a.milestone) {
		a.milestone = flagged[0]
	}
	for _, id := range d.anchors {
		if slices.Contains(flagged, id) {
			a.milestone = id
		}
	}
	if len(flagged) == 0 {
		a.milestone = ""
	}
	if f, ok := d.live(Shared, Milestone, a.milestone); ok {
		a.due = f["due"]
	}
	if _, f, ok := d.room(); ok {
		a.goLive = f["go_live"]
	}
	return a
}

// flagged returns the live shared milestones that say they are go-live, by id.
func (d *draft) flagged() []RecordID {
	var out []RecordID
	consider := func(id RecordID) {
		f, ok := d.live(Shared, Milestone, id)
		if ok && f["is_go_live"] == true && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for id := range d.x.anchor {
		consider(id)
	}
	for _, id := range d.anchors {
		consider(id)
	}
	slices.Sort(out)
	return out
}

// syncAnchor follows an op: one milestone is go-live, and its due date and the
// room's are one. The date that the op changed wins; a milestone that becomes
// go-live without a date takes the room's.
func (d *draft) syncAnchor() {
	before, now := d.before, d.anchor()
	if now.milestone == "" {
		return
	}
	for _, id := range d.flagged() {
		if id != now.milestone {
			d.put(d.edit(Shared, Milestone, id), "is_go_live", nil)
		}
	}
	id, _, ok := d.room()
	if !ok || now.due == now.goLive {
		return
	}
	moved := now.due != before.due
	if now.milestone != before.milestone {
		moved = now.due != nil
	}
	if moved && now.goLive == before.goLive {
		d.put(d.edit(Shared, RoomEntity, id), "go_live", now.due)
		return
	}
	d.put(d.edit(Shared, Milestone, now.milestone), "due", now.goLive)
}
