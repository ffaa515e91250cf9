package room

import "slices"

// final kinds cannot be taken back with op.undo: they touch several streams, or
// are about people, and have kinds of their own for the way back.
var final = []Kind{
	KindMilestonePublish, KindMilestoneWithdraw, KindRoomAdd, KindJoin, KindInvite, KindRevoke,
	"participant.add", "participant.update", "participant.remove", "participant.restore",
}

// applyUndo gives the fields of one of the sender's own commits their former
// values. It is refused where somebody else changed one of them since.
func applyUndo(d *draft, op *Op) error {
	c := d.undone
	if c == nil || c.Rev != op.Rev {
		return FieldErrorf(Gone, "rev", "there is no commit %d in this stream", op.Rev)
	}
	if !d.mine(c.By) {
		return FieldErrorf(Forbidden, "rev", "only who did it can undo it")
	}
	if slices.Contains(final, c.Kind) {
		return FieldErrorf(Invalid, "rev", "%s cannot be undone like this", c.Kind)
	}
	if agreed(c) {
		return FieldErrorf(Conflict, "rev", "both sides agreed with this; it cannot be undone, but each can propose other dates")
	}
	for i := range c.Changes {
		if err := d.revert(c, &c.Changes[i]); err != nil {
			return err
		}
	}
	d.revertTwin(c.Twin)
	for _, ed := range d.touched {
		if !ed.satellite() && SchemaOf(ed.entity).Ordered && ed.changed("pos") {
			d.keepPlace(ed)
		}
	}
	return nil
}

// revertTwin takes back what the op did to what the sender's side keeps to
// itself. What somebody changed there since stays as it is: a refusal would make
// what everybody sees depend on what one side alone does.
func (d *draft) revertTwin(t *Twin) {
	if t == nil || !d.stamp.By.Side.Sees(t.Stream) || !d.mine(t.Commit.By) {
		return
	}
	for i := range t.Commit.Changes {
		change := &t.Commit.Changes[i]
		rec := d.plan.Streams[t.Stream][change.Entity][change.ID]
		if rec == nil || change.Was == nil || rec.Fields["removed"] == true || d.untouchedSince(&t.Commit, change, rec) != nil {
			continue
		}
		ed := d.edit(t.Stream, change.Entity, change.ID)
		for name := range change.Set {
			d.put(ed, name, change.Was[name])
		}
	}
}

// mine reports whether by is the sender; nil is the workspace itself.
func (d *draft) mine(by *RecordID) bool {
	if by == nil {
		return d.stamp.By.ID == ""
	}
	return *by == d.stamp.By.ID
}

// revert takes one change of the commit back.
func (d *draft) revert(c *Commit, change *Change) error {
	if change.Entity == Participant || change.Entity == RoomEntity && change.Was == nil && d.stream == Shared {
		return FieldErrorf(Invalid, "rev", "what it did to a %s cannot be undone like this", change.Entity.noun())
	}
	if least := undoAccess(change); !d.trusted && !d.stamp.By.Access.AtLeast(least) {
		return needs(least)
	}
	if err := d.guardRevert(change); err != nil {
		return err
	}
	rec := d.plan.Streams[d.stream][change.Entity][change.ID]
	if rec == nil {
		return FieldErrorf(Gone, "rev", "the %s is not in the plan", change.Entity.noun())
	}
	if change.Entity == Acceptance && change.Was != nil {
		d.revertStale(c, change, rec)
		return nil
	}
	if err := d.untouchedSince(c, change, rec); err != nil {
		return err
	}
	_, about := change.Set["removed"]
	if !about && change.Was != nil && rec.Fields["removed"] == true {
		return FieldErrorf(Gone, "rev", "the %s was removed", change.Entity.label(rec.Fields))
	}
	ed := d.edit(d.stream, change.Entity, change.ID)
	switch {
	case change.Was != nil:
		for name := range change.Set {
			d.put(ed, name, change.Was[name])
		}
		if ed.entity == Criterion {
			d.settleMet(c, change, ed)
		}
	case ed.satellite():
		clear(ed.now)
	default:
		d.put(ed, "removed", true)
	}
	return nil
}

// untouchedSince refuses when somebody else wrote a field of the change after
// the commit; for a record it created, any field but its place in the list.
func (d *draft) untouchedSince(c *Commit, change *Change, rec *Record) error {
	var newest Mark
	var field string
	for name, m := range rec.Marks {
		_, named := change.Set[name]
		named = named || change.meets() && slices.Contains(said, name)
		if m.Rev <= c.Rev || m.By == d.stamp.By.ID || !named && change.Was != nil || change.Was == nil && name == "pos" {
			continue
		}
		if m.Rev > newest.Rev || m.Rev == newest.Rev && name < field {
			newest, field = m, name
		}
	}
	if field == "" {
		return nil
	}
	err := FieldErrorf(Conflict, "rev", "%s changed this after you", d.nameOf(newest.By))
	err.Current = rec.Fields[field]
	return err
}

// meets reports whether undoing the change makes a criterion met.
func (c *Change) meets() bool { return c.Entity == Criterion && c.Was["met_at"] != nil }

// guardRevert leaves to the side that confirms a criterion what only it may do,
// also where the sender could do it once.
func (d *draft) guardRevert(change *Change) error {
	if d.trusted || change.Entity != Criterion || change.Was == nil {
		return nil
	}
	f, _ := d.fields(d.stream, Criterion, change.ID)
	side, bound := boundTo(f, d.stamp.By)
	if !bound {
		return nil
	}
	if _, ok := change.Set["confirm_by"]; ok {
		return FieldErrorf(Forbidden, "rev", "only %s can change who confirms this", d.company(side))
	}
	if undoAccess(change) == Contributor {
		return FieldErrorf(Forbidden, "rev", "only %s can confirm this", d.company(side))
	}
	return nil
}

// settleMet keeps a criterion met only for what it said when somebody met it.
func (d *draft) settleMet(c *Commit, change *Change, ed *edit) {
	_, named := change.Set["met_at"]
	for _, name := range said {
		_, back := change.Set[name]
		switch {
		case !named && ed.changed(name), named && !back && ed.before.Marks[name].Rev > c.Rev:
			d.unmeet(ed)
		}
	}
}

// nameOf returns a participant's name.
func (d *draft) nameOf(id RecordID) string {
	if f, ok := d.fields(Shared, Participant, id); ok {
		if name, ok := f["name"].(string); ok {
			return clip(name)
		}
	}
	return "the workspace"
}

// undoAccess is the least access that taking a change back needs: what doing it
// needed.
func undoAccess(c *Change) Access {
	only := func(names ...string) bool {
		for name := range c.Set {
			if !slices.Contains(names, name) {
				return false
			}
		}
		return c.Was != nil
	}
	switch {
	case c.Entity == Comment:
		return Commenter
	case c.Entity == DateProposal && (c.Was == nil || c.Set["state"] == "withdrawn"),
		c.Entity == Acceptance && c.Was != nil: // it follows from what else was done
		return Contributor
	case c.Entity == Task && only("done_at"),
		c.Entity == Criterion && only("met_at", "met_by"),
		c.Entity == Milestone && only("status", "completed_at", "completed_by", "override_reason", "blocked_reason"):
		return Contributor
	case c.Entity == RoomEntity && c.Set["status"] != nil:
		return Owner
	default:
		return Editor
	}
}
