package room

import "maps"

// applyPublish moves a private milestone with its criteria and tasks to the
// shared stream, under the same ids. Comments and private dependencies stay.
func applyPublish(d *draft, op *Op) error {
	if d.stream == Shared {
		return FieldErrorf(Invalid, "stream", "publish is sent on the private stream that the milestone is in")
	}
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.transfer(ed, Shared)
	return nil
}

// applyWithdraw moves a shared milestone with its criteria and tasks to the
// private stream of the sender's side.
func applyWithdraw(d *draft, op *Op) error {
	if d.stream != Shared {
		return FieldErrorf(Invalid, "stream", "withdraw is sent on the stream shared")
	}
	var to Stream
	switch d.stamp.By.Side {
	case SideSeller:
		to = Seller
	case SideBuyer:
		to = Buyer
	default:
		return Errorf(Forbidden, "only the two companies can make a milestone private")
	}
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if ed.id == d.before.milestone {
		return FieldErrorf(Conflict, "id", "the go-live milestone cannot be private")
	}
	if ed.now["agreed_due"] != nil || d.agreedOn(ed.id) {
		return FieldErrorf(Conflict, "id", "both sides agreed on the %s, so it cannot become private", Milestone.label(ed.now))
	}
	if other, ok := d.dependent(ed.id); ok {
		f, _ := d.fields(Shared, Milestone, other)
		return FieldErrorf(Conflict, "id", "a shared dependency with the %s refers to it; remove that first", Milestone.label(f))
	}
	d.transfer(ed, to)
	return nil
}

// agreedOn reports whether the newest dates that both sides agreed on name the
// milestone: one that was done by then has no agreed date to come.
func (d *draft) agreedOn(id RecordID) bool {
	newest := agreementView{d.plan.Streams[Shared]}.baseline()
	if newest == nil {
		return false
	}
	items, _ := newest.Fields["items"].(Dates)
	return items[string(id)] != ""
}

// dependent returns a milestone that a shared dependency ties to id; of several
// the one with the least id, so that the same op gets the same answer.
func (d *draft) dependent(id RecordID) (RecordID, bool) {
	other := ""
	for _, rec := range d.plan.Streams[Shared][Dependency] {
		f, ok := d.live(Shared, Dependency, rec.ID)
		if !ok {
			continue
		}
		from, _ := f["from"].(string)
		to, _ := f["to"].(string)
		if to == string(id) {
			from, to = to, from
		}
		if from == string(id) && (other == "" || to < other) {
			other = to
		}
	}
	return RecordID(other), other != ""
}

// transfer moves a milestone with its live criteria and tasks to another
// stream. Where they were, removed records remain, whose visibility says where
// they went: those cannot be restored, see verifyTwins.
func (d *draft) transfer(ed *edit, to Stream) {
	d.moving = true
	from := ed.stream
	var children []sibling
	for _, e := range []Entity{Criterion, Task} {
		for _, sib := range d.siblings(from, e, ed.id, "") {
			if _, ok := d.live(from, e, sib.id); ok && sib.stream == from {
				children = append(children, sib)
			}
		}
	}
	d.transferRecord(ed, to)
	for _, child := range children {
		d.transferRecord(d.edit(from, child.entity, child.id), to)
	}
}

func (d *draft) transferRecord(ed *edit, to Stream) {
	there := d.edit(to, ed.entity, ed.id)
	there.now = maps.Clone(ed.now)
	if there.now["visibility"] != nil {
		d.put(there, "visibility", to.Visibility())
		d.put(ed, "visibility", to.Visibility())
	}
	if to == Shared && ed.entity == Milestone {
		d.put(there, "due_reason", nil) // why its date moved was said to one side
	}
	d.put(ed, "removed", true)
	d.keepPlace(there)
}
