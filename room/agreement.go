package room

import (
	"fmt"
	"strings"
)

// guardApprover lets a side agree through the person it named for that, or
// through any of its editors where it named nobody.
func guardApprover(d *draft, m Member, op *Op) error {
	if err := guardCompany(d, m, op); err != nil {
		return err
	}
	_, room, _ := d.room()
	id, named := room[approverOf(m.Side)].(string)
	if !named || RecordID(id) == m.ID {
		return nil
	}
	company := d.company(string(m.Side))
	if _, ok := d.plan.Member(RecordID(id)); !ok {
		return Errorf(Forbidden, "%s, who agrees for %s, is not in the room any more; name somebody else first", d.nameOf(RecordID(id)), company)
	}
	return Errorf(Forbidden, "%s agrees for %s", d.nameOf(RecordID(id)), company)
}

// approverOf is the room's field that names who agrees for a side.
func approverOf(s Side) string { return string(s) + "_approver" }

// verifyApprovers keeps who agrees for a side one of its editors.
func (d *draft) verifyApprovers(ed *edit) error {
	if ed.entity != RoomEntity {
		return nil
	}
	for _, side := range []Side{SideSeller, SideBuyer} {
		name := approverOf(side)
		id, ok := ed.now[name].(string)
		if !ok || !ed.changed(name) {
			continue
		}
		f, _ := d.fields(Shared, Participant, RecordID(id))
		access, _ := f["access"].(string)
		switch {
		case f["side"] != string(side):
			return FieldErrorf(Invalid, d.field(name), "%s does not speak for %s", d.nameOf(RecordID(id)), d.company(string(side)))
		case !Access(access).AtLeast(Editor):
			return FieldErrorf(Invalid, d.field(name), "%s needs the access editor or more to agree for %s", d.nameOf(RecordID(id)), d.company(string(side)))
		}
	}
	return nil
}

// applyAgree is one side's yes to the plan as of a rev. With the other side's
// yes, while that holds, it makes the dates agreed. Saying yes again to the same
// terms changes nothing. // I8
func applyAgree(d *draft, op *Op) error {
	if head := d.plan.Revs[Shared]; op.Rev > head {
		return FieldErrorf(Invalid, "rev", "the plan has come to rev %d only", head)
	}
	if t, changed := d.changedSince(op.Rev); changed {
		err := FieldErrorf(Conflict, "rev", "%s changed the %s after you read the plan; look at it again, then agree", d.nameOf(t.mark.By), t.what)
		err.Current = int64(d.plan.Revs[Shared])
		return err
	}
	side := d.stamp.By.Side
	if _, f, ok := d.newest(side); ok && f["stale_at"] == nil {
		return nil
	}
	items := d.dates()
	if len(items) == 0 {
		return Errorf(Conflict, "the plan has no dates yet; there is nothing to agree on")
	}
	own := d.edit(Shared, Acceptance, d.newID())
	d.putAll(own, Fields{"side": string(side), "rev": int64(op.Rev), "at": d.at, "by": text(string(d.stamp.By.ID))})
	other, f, ok := d.newest(otherSide(side))
	if !ok || f["stale_at"] != nil {
		return nil
	}
	baseline := d.agree(items)
	d.put(own, "baseline", string(baseline))
	d.put(d.edit(Shared, Acceptance, other), "baseline", string(baseline))
	return nil
}

// agree makes the plan's dates the agreed ones.
func (d *draft) agree(items Dates) RecordID {
	n, oldest := d.agreedBaselines()
	if d.count(Shared, Baseline) >= MaxBaselines && oldest != "" {
		d.put(d.edit(Shared, Baseline, oldest), "removed", true) // room for this one: the plan itself says what was agreed last
	}
	for id := range d.plan.Streams[Shared][Milestone] {
		f, _ := d.fields(Shared, Milestone, id)
		due, dated := items[string(id)]
		switch {
		case !dated && (f["agreed_due"] != nil || f["moved_by"] != nil): // not part of what is agreed now
			ed := d.edit(Shared, Milestone, id)
			d.put(ed, "agreed_due", nil)
			d.put(ed, "moved_by", nil)
		case dated && moves(f) && (f["agreed_due"] != due || f["moved_by"] != nil):
			ed := d.edit(Shared, Milestone, id)
			d.put(ed, "agreed_due", due)
			d.put(ed, "moved_by", nil)
		}
	}
	if id, room, ok := d.room(); ok {
		d.put(d.edit(Shared, RoomEntity, id), "agreed_go_live", room["go_live"])
	}
	return d.baseline(fmt.Sprintf("Agreement %d", n+1), true, items)
}

// agreedDay is a milestone's day in the newest baseline that both sides agreed on,
// "" for none.
func (d *draft) agreedDay(id RecordID) string {
	newest := agreementView{d.plan.Streams[Shared]}.baseline()
	if newest == nil {
		return ""
	}
	items, _ := newest.Fields["items"].(Dates)
	return items[string(id)]
}

// agreedBaselines counts them, removed ones included, and finds the oldest.
func (d *draft) agreedBaselines() (n int, oldest RecordID) {
	var least int64
	for id := range d.plan.Streams[Shared][Baseline] {
		f, _ := d.fields(Shared, Baseline, id)
		if f["agreed"] != true {
			continue
		}
		n++
		rev, _ := f["rev"].(int64)
		if f["removed"] != true && (oldest == "" || rev < least || rev == least && id < oldest) {
			oldest, least = id, rev
		}
	}
	return n, oldest
}

// baseline keeps dates under a name.
func (d *draft) baseline(name string, agreed bool, items Dates) RecordID {
	ed := d.edit(Shared, Baseline, d.newID())
	d.putAll(ed, Fields{"name": name, "rev": int64(d.plan.Revs[Shared]), "at": d.at, "by": text(string(d.stamp.By.ID)), "items": items})
	if agreed {
		d.put(ed, "agreed", true)
	}
	return ed.id
}

// dates returns the day of every dated milestone of the shared plan that counts.
func (d *draft) dates() Dates {
	items := Dates{}
	for id := range d.plan.Streams[Shared][Milestone] {
		f, _ := d.fields(Shared, Milestone, id)
		due, ok := f["due"].(string)
		if _, _, hidden := d.removedAbove(Shared, Milestone, f); ok && !hidden && f["removed"] != true && f["status"] != "cancelled" {
			items[string(id)] = due
		}
	}
	for key, ed := range d.edits { // added by the same group
		if due, ok := ed.now["due"].(string); ok && key.stream == Shared && key.entity == Milestone && ed.created() {
			items[string(key.id)] = due
		}
	}
	return items
}

// newest returns a side's last acceptance.
func (d *draft) newest(side Side) (id RecordID, fields Fields, ok bool) {
	consider := func(other RecordID) {
		f, live := d.live(Shared, Acceptance, other)
		if live && f["side"] == string(side) && (!ok || laterAcceptance(other, f, id, fields)) {
			id, fields, ok = other, f, true
		}
	}
	for other := range d.plan.Streams[Shared][Acceptance] {
		consider(other)
	}
	for key, ed := range d.edits {
		if key.entity == Acceptance && ed.created() {
			consider(key.id)
		}
	}
	return id, fields, ok
}

// laterAcceptance orders two acceptances of one side: a side that agrees again
// has read further.
func laterAcceptance(a RecordID, f Fields, b RecordID, g Fields) bool {
	x, _ := f["rev"].(int64)
	y, _ := g["rev"].(int64)
	if x != y {
		return x > y
	}
	s, _ := f["at"].(string)
	t, _ := g["at"].(string)
	if s != t {
		return s > t
	}
	return strings.Compare(string(a), string(b)) > 0
}

// agreed reports whether the commit made dates agreed.
func agreed(c *Commit) bool {
	if c.Kind != KindPlanAccept {
		return false
	}
	for _, change := range c.Changes {
		if change.Entity == Baseline {
			return true
		}
	}
	return false
}

// revertStale makes an acceptance hold again that the undone commit made stale,
// unless something else changed the terms since.
func (d *draft) revertStale(c *Commit, change *Change, rec *Record) {
	side, _ := rec.Fields["side"].(string)
	newest, _, _ := d.newest(Side(side))
	if change.Set["stale_at"] == nil || rec.Marks["stale_at"].Rev != c.Rev || newest != change.ID {
		return
	}
	if _, changed := d.changedSince(c.Rev); changed {
		return
	}
	ed := d.edit(Shared, Acceptance, change.ID)
	d.putAll(ed, Fields{"stale_at": nil, "stale_by": nil, "stale_why": nil, "stale_on": nil})
	d.kept = append(d.kept, ed)
}

// applyBaselineAdd keeps the dates of today under a name, to compare with.
func applyBaselineAdd(d *draft, op *Op) error {
	d.baseline(op.Name, false, d.dates())
	return nil
}

// applyBaselineRemove leaves what both sides agreed on where it is.
func applyBaselineRemove(d *draft, op *Op) error {
	f, _ := d.fields(Shared, Baseline, op.ID)
	if f["agreed"] == true {
		return FieldErrorf(Conflict, "id", "both sides agreed on these dates; they stay")
	}
	return applyRemove(d, op)
}
