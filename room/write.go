package room

// applyAdd makes a record.
func applyAdd(d *draft, op *Op) error {
	ed, err := d.create(d.rule.entity, op.ID)
	if err != nil {
		return err
	}
	if err := d.setFields(ed, op.Set); err != nil {
		return err
	}
	d.fillIn(ed)
	if !SchemaOf(ed.entity).Ordered {
		return nil
	}
	if err := d.verifyRefs(ed); err != nil { // the list is found by the parent
		return err
	}
	return d.place(ed, op.Place)
}

// create returns a new record of the op's stream. Its id must be new to the
// whole room.
func (d *draft) create(e Entity, id RecordID) (*edit, error) {
	for _, s := range Streams {
		if _, ok := d.fields(s, e, id); ok {
			return nil, FieldErrorf(Conflict, "id", "there is a %s with this id already", e.noun())
		}
	}
	return d.edit(d.stream, e, id), nil
}

// fillIn gives a new record the fields that the server sets.
func (d *draft) fillIn(ed *edit) {
	for _, f := range SchemaOf(ed.entity).Fields {
		if f.Name == "visibility" {
			d.put(ed, "visibility", ed.stream.Visibility())
		}
	}
	switch ed.entity {
	case RoomEntity:
		d.initial(ed, "status", "active")
	case Participant:
		d.initial(ed, "state", "added")
	case Milestone:
		d.initial(ed, "status", "not_started")
	case Comment:
		if d.stamp.By.ID != "" {
			d.put(ed, "author", string(d.stamp.By.ID))
		}
		d.put(ed, "at", d.at)
	}
}

// initial gives a field its first value, unless it has one.
func (d *draft) initial(ed *edit, field string, v Value) {
	if ed.now[field] == nil {
		d.put(ed, field, v)
	}
}

// setFields writes what an op names. Private fields of a shared record go to
// its satellite in their own stream.
func (d *draft) setFields(ed *edit, set Fields) error {
	if err := d.checkSet(ed, set); err != nil {
		return err
	}
	k := SchemaOf(ed.entity)
	for i := range k.Fields {
		f := &k.Fields[i]
		v, ok := set[f.Name]
		switch {
		case !ok:
		case f.Private != "" && f.Private != ed.stream:
			d.put(d.edit(f.Private, ed.entity, ed.id), f.Name, v)
		default:
			d.ask(ed, f.Name, v)
		}
	}
	return nil
}

// checkSet refuses what only another kind of op may set.
func (d *draft) checkSet(ed *edit, set Fields) error {
	switch ed.entity {
	case Milestone:
		return d.checkMilestone(ed, set)
	case Participant:
		if err := d.checkSide(ed, set); err != nil {
			return err
		}
		if email, ok := set["email"]; ok && email != ed.now["email"] && ed.now["verified"] != nil && set["verified"] == nil {
			d.put(ed, "verified", nil) // the code was mailed to another address
		}
		return checkEmail(set)
	}
	return nil
}

// applyUpdate sets fields of a record.
func applyUpdate(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if err := d.setFields(ed, op.Set); err != nil {
		return err
	}
	if ed.entity == Comment && ed.changed("body") {
		d.put(ed, "edited_at", d.at)
	}
	return nil
}

// applyRoomUpdate sets fields of the room.
func applyRoomUpdate(d *draft, op *Op) error {
	id, _, ok := d.room()
	if !ok {
		return Errorf(Gone, "the room is not there yet")
	}
	return d.setFields(d.edit(d.stream, RoomEntity, id), op.Set)
}

// room returns the room's own record.
func (d *draft) room() (RecordID, Fields, bool) {
	for id := range d.plan.Streams[Shared][RoomEntity] {
		f, ok := d.fields(Shared, RoomEntity, id)
		return id, f, ok
	}
	for key, ed := range d.edits {
		if key.entity == RoomEntity && key.stream == Shared {
			return key.id, ed.now, true
		}
	}
	return "", nil, false
}

// applyMove gives a record another place, and perhaps another parent.
func applyMove(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if op.Into != "" {
		d.ask(ed, SchemaOf(ed.entity).Parent, string(op.Into))
		if err := d.verifyRefs(ed); err != nil {
			return err
		}
	}
	return d.place(ed, op.Place)
}

// applyRemove makes a record a tombstone. What is part of it stays, hidden.
func applyRemove(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if ed.entity == Milestone && ed.stream == Shared && ed.id == d.anchor().milestone {
		return FieldErrorf(Conflict, "id", "the go-live milestone cannot be removed; make another one go-live first")
	}
	d.ask(ed, "removed", true)
	return nil
}

// applyRestore brings a removed record back, where it was.
func applyRestore(d *draft, op *Op) error {
	e := d.rule.entity
	f, ok := d.fields(d.stream, e, op.ID)
	if !ok {
		return d.absent(e, op.ID)
	}
	if f["removed"] != true {
		return nil // it is there: restored twice is restored
	}
	d.ask(d.edit(d.stream, e, op.ID), "removed", nil)
	return nil
}
