package room

import "slices"

// checks are what must hold of every record that is not removed.
var checks = [...]func(*draft, *edit) error{
	(*draft).verifyRequired, (*draft).verifyCalendars, (*draft).verifyRefs, (*draft).verifyAbove, (*draft).verifyHome,
	(*draft).verifyTwins, (*draft).verifyLoops, (*draft).verifyLimits, (*draft).verifyProposals, (*draft).verifyApprovers,
}

// verify checks what must hold of every record that the op touched, whatever
// the op was; so an undo is as safe as the first time.
func (d *draft) verify() error {
	for i := 0; i < len(d.touched); i++ {
		ed := d.touched[i]
		if ed.satellite() {
			continue
		}
		if ed.entity == Participant {
			if err := d.verifyOwners(ed); err != nil {
				return err
			}
		}
		if ed.now["removed"] == true {
			if err := d.verifyRemoved(ed); err != nil {
				return err
			}
			continue
		}
		for _, check := range checks {
			if err := check(d, ed); err != nil {
				return err
			}
		}
	}
	return nil
}

// appears reports whether the op brought the record into view.
func (ed *edit) appears() bool { return ed.created() || ed.was("removed") == true }

// field names a record's field as the op wrote it.
func (d *draft) field(name string) string {
	switch d.rule.shape {
	case addShape, updateShape, roomShape:
		if name == "id" {
			return name
		}
		return "set." + name
	case moveShape:
		return "into"
	case rescheduleShape:
		return "due"
	case shiftShape:
		return "to"
	case undoShape, agreeShape:
		return "rev"
	case proposeShape, counterShape:
		if name == "milestone" && d.rule.shape == proposeShape {
			return name
		}
		return "to"
	case baselineShape:
		return "name"
	case templateShape:
		return "template"
	default:
		return "id"
	}
}

// verifyRemoved keeps the go-live in view.
func (d *draft) verifyRemoved(ed *edit) error {
	if ed.entity != Phase || ed.was("removed") == true {
		return nil
	}
	if f, ok := d.live(Shared, Milestone, d.anchor().milestone); ok && f["phase"] == string(ed.id) {
		return FieldErrorf(Conflict, d.field("id"), "the go-live milestone is in this phase; move it to another one first")
	}
	return nil
}

func (d *draft) verifyRequired(ed *edit) error {
	k := SchemaOf(ed.entity)
	for i := range k.Fields {
		if f := &k.Fields[i]; f.Required && ed.now[f.Name] == nil && f.Name != "pos" {
			return FieldErrorf(Invalid, d.field(f.Name), "a %s needs its %s", ed.entity.noun(), f.Name)
		}
	}
	if d.rule.shape == undoShape && ed.entity == Milestone && ed.changed("status") &&
		ed.now["status"] == "done" && ed.now["override_reason"] == nil {
		if unmet := d.unmet(ed); len(unmet) > 0 {
			return unmetError("rev", unmet)
		}
	}
	return nil
}

// verifyCalendars keeps a day in the week that both companies work on: what they
// do together is counted in such days.
func (d *draft) verifyCalendars(ed *edit) error {
	if ed.entity != RoomEntity || !ed.changed("seller_weekend") && !ed.changed("buyer_weekend") {
		return nil
	}
	off := append(slices.Clone(weekendOf(ed.now, "seller_weekend")), weekendOf(ed.now, "buyer_weekend")...)
	for _, name := range weekdays {
		if !slices.Contains(off, name) {
			return nil
		}
	}
	field := "seller_weekend"
	if ed.changed("buyer_weekend") {
		field = "buyer_weekend"
	}
	return FieldErrorf(Conflict, d.field(field), "the two weekends together leave no day that both companies work on")
}

// verifyRefs checks that what a changed field points at is there, for readers
// of the record's stream: a shared record never points at a private one.
func (d *draft) verifyRefs(ed *edit) error {
	k := SchemaOf(ed.entity)
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Type != Ref && f.Type != RefList && f.Type != On || !ed.changed(f.Name) {
			continue
		}
		var err error
		switch v := ed.now[f.Name].(type) {
		case string:
			err = d.verifyRef(ed, f, f.To, RecordID(v))
		case Target:
			err = d.verifyRef(ed, f, []Entity{v.Entity}, v.ID)
		case []string:
			for _, id := range v {
				if err = d.verifyRef(ed, f, f.To, RecordID(id)); err != nil {
					break
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) verifyRef(ed *edit, f *Field, to []Entity, id RecordID) error {
	for _, e := range to {
		fields, _, ok := d.find(ed.stream, e, id)
		switch {
		case !ok:
			continue
		case d.moving || f.Server: // it was so before, or the server knows
			return nil
		case fields["removed"] == true:
			return FieldErrorf(Gone, d.field(f.Name), "the %s was removed", e.label(fields))
		case e == Participant && fields["state"] == "revoked":
			return FieldErrorf(Gone, d.field(f.Name), "%s no longer has access to this room", clip(fields["name"].(string)))
		}
		return nil
	}
	return FieldErrorf(Gone, d.field(f.Name), "the %s is not in the plan", to[0].noun())
}

// verifyAbove refuses a record that nobody could see: its parent is removed.
func (d *draft) verifyAbove(ed *edit) error {
	parent := listField(ed.entity)
	if ed.entity == Comment {
		parent = "on"
	}
	if parent == "" || !ed.appears() && !ed.changed(parent) {
		return nil
	}
	up, f, removed := d.removedAbove(ed.stream, ed.entity, ed.now)
	switch {
	case !removed:
		return nil
	case ed.created() && !d.moving || d.rule.shape == moveShape:
		return FieldErrorf(Gone, d.field(parent), "the %s was removed", up.label(f))
	default:
		return FieldErrorf(Conflict, d.field(parent), "the %s was removed; restore it first", up.label(f))
	}
}

// verifyHome keeps criteria in the stream of their milestone: what makes it
// done must be seen by all who see it.
func (d *draft) verifyHome(ed *edit) error {
	if ed.entity != Criterion {
		return nil
	}
	id, _ := ed.now["milestone"].(string)
	if _, in, _ := d.find(ed.stream, Milestone, RecordID(id)); in != ed.stream {
		return FieldErrorf(Conflict, d.field("milestone"), "the milestone of this criterion is in the stream %s", in)
	}
	return nil
}

// verifyTwins refuses to restore what was moved to another stream. It looks at
// the record alone: what has become of it there is not for everybody to know.
func (d *draft) verifyTwins(ed *edit) error {
	if v, ok := ed.now["visibility"]; ok && ed.appears() && v != ed.stream.Visibility() {
		return FieldErrorf(Conflict, d.field("id"), "the %s was moved to another stream", ed.entity.label(ed.now))
	}
	return nil
}

// verifyLimits counts what readers of the record's stream see.
func (d *draft) verifyLimits(ed *edit) error {
	if !ed.appears() {
		if ed.entity == Criterion && ed.changed("milestone") {
			return d.verifyCriteria(ed)
		}
		return nil
	}
	if most, n := limitOf[ed.entity], d.count(ed.stream, ed.entity); most > 0 && n > most {
		return FieldErrorf(Limit, d.field("id"), "a plan has at most %d %s; remove one first", most, plural(ed.entity))
	}
	if total := d.size(ed.stream); total > MaxRecords {
		return Errorf(Limit, "this plan has %d records, removed ones included; the limit is %d", total-1, MaxRecords)
	}
	if ed.entity == Criterion {
		return d.verifyCriteria(ed)
	}
	return nil
}

func (d *draft) verifyCriteria(ed *edit) error {
	parent, n := listOf(ed.stream, Criterion, ed.now), 0
	d.each(parent, func(_ recordKey, f Fields) {
		if f["removed"] != true {
			n++
		}
	})
	if n > MaxCriteria {
		return FieldErrorf(Limit, d.field("milestone"), "a milestone has at most %d criteria; remove one first", MaxCriteria)
	}
	return nil
}

// count returns how many live records of e a reader of stream s sees.
func (d *draft) count(s Stream, e Entity) int {
	n := d.x.live[kindOf{s, e}]
	if s != Shared {
		n += d.x.live[kindOf{Shared, e}]
	}
	for key, ed := range d.edits {
		if key.entity != e || key.stream != s && key.stream != Shared {
			continue
		}
		if !ed.created() && ed.was("removed") != true {
			n--
		}
		if ed.now["removed"] != true {
			n++
		}
	}
	return n
}

// size returns how many records stream s has, removed ones included.
func (d *draft) size(s Stream) int {
	n := 0
	for _, k := range Schema {
		n += d.x.total[kindOf{s, k.Entity}]
	}
	for key, ed := range d.edits {
		if key.stream == s && ed.created() {
			n++
		}
	}
	return n
}

// plural is the noun for several.
func plural(e Entity) string {
	switch e {
	case Criterion:
		return "criteria"
	case Dependency:
		return "dependencies"
	default:
		return e.noun() + "s"
	}
}
