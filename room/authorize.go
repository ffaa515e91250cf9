package room

import "strconv"

// Authorize returns whether m may send op on stream s, as an [*Error] if not.
//
//	viewer       reads; changes the own name, company and role
//	commenter    comments, edits and removes the own comments, resolves threads
//	contributor  completes milestones and tasks, meets criteria of the own side
//	editor       edits the plan; removes others' comments
//	owner        changes the room's status; manages people: the seller's side
//	             everybody, the other sides their own
//
// A private stream takes ops of its side only, and private fields of the room
// and of people are set by the side that sees them. An archived room is only
// read, until a room.update sets its status. Of an undo it checks what is known before the
// undone commit is: [Decide] and [Preview] check that too.
func Authorize(p *Plan, m Member, s Stream, op Op) error {
	d := newDraft(p, Stamp{By: m}, s)
	r := rules[op.Kind]
	if r == nil {
		return FieldErrorf(Invalid, "kind", "%q is not a kind of op", clip(string(op.Kind)))
	}
	if err := refusal(d.authorize(m, r, &op)); err != nil {
		return err
	}
	return nil
}

func (d *draft) authorize(m Member, r *rule, op *Op) error {
	switch {
	case r.internal:
		return FieldErrorf(Invalid, "kind", "%q is not a kind of op", r.kind)
	case m.Side == NoSide || m.Side == "":
		return Errorf(Forbidden, "say who you are first: viewers without a name only read")
	case !m.Side.Sees(d.stream):
		return FieldErrorf(Forbidden, "stream", "the stream %s is not yours", strconv.Quote(clip(string(d.stream))))
	case !m.Access.AtLeast(r.access):
		return needs(r.access)
	}
	if _, f, _ := d.room(); f["status"] == "archived" && (r.kind != KindRoomUpdate || op.Set["status"] == nil) {
		return Errorf(Conflict, "this room is archived; set its status to active first")
	}
	if r.guard != nil {
		return r.guard(d, m, op)
	}
	return nil
}

// needs refuses for want of access.
func needs(least Access) *Error {
	return Errorf(Forbidden, "this needs the access %s or more", least)
}

// guardPrivate lets only a side that sees a private field set it.
func guardPrivate(m Member, e Entity, set Fields) error {
	k := SchemaOf(e)
	for i := range k.Fields {
		f := &k.Fields[i]
		if _, ok := set[f.Name]; ok && f.Private != "" && !m.Side.Sees(f.Private) {
			return FieldErrorf(Forbidden, "set."+f.Name, "the %s is not yours to set", f.Name)
		}
	}
	return nil
}

func guardRoom(d *draft, m Member, op *Op) error {
	if _, ok := op.Set["status"]; ok && !m.Access.AtLeast(Owner) {
		return FieldErrorf(Forbidden, "set.status", "changing the room's status needs the access owner")
	}
	for _, side := range []Side{SideSeller, SideBuyer} {
		if _, ok := op.Set[approverOf(side)]; ok && m.Side != side {
			return FieldErrorf(Forbidden, "set."+approverOf(side), "only %s says who agrees for it", d.company(string(side)))
		}
	}
	return guardPrivate(m, RoomEntity, op.Set)
}

// guardParticipant lets owners manage people, those of the seller's side all of
// them, and everybody the own name, company and role.
func guardParticipant(d *draft, m Member, op *Op) error {
	if op.Kind == verb(Participant, "update") && m.ID != "" && m.ID == op.ID && onlySelf(op.Set) {
		return nil
	}
	if !m.Access.AtLeast(Owner) {
		return needs(Owner)
	}
	if m.Side != SideSeller {
		if f, ok := d.fields(Shared, Participant, op.ID); ok && f["side"] != string(m.Side) {
			return FieldErrorf(Forbidden, "id", "people of another company are not yours to manage")
		}
		if side, ok := op.Set["side"]; ok && side != string(m.Side) {
			return FieldErrorf(Forbidden, "set.side", "people of another company are not yours to manage")
		}
	}
	return guardPrivate(m, Participant, op.Set)
}

// onlySelf reports whether set holds only what people may say of themselves.
func onlySelf(set Fields) bool {
	for name := range set {
		switch name {
		case "name", "company", "role":
		default:
			return false
		}
	}
	return true
}

// guardCriterion leaves a criterion that one side confirms to that side.
func guardCriterion(d *draft, m Member, op *Op) error {
	f, ok := d.fields(d.stream, Criterion, op.ID)
	if !ok {
		return nil // the op itself says that it is gone
	}
	if side, bound := boundTo(f, m); bound {
		return FieldErrorf(Forbidden, "id", "only %s can confirm this", d.company(side))
	}
	return nil
}

// guardConfirmer lets the side that confirms a criterion alone say that another
// one does, or none.
func guardConfirmer(d *draft, m Member, op *Op) error {
	f, _ := d.fields(d.stream, Criterion, op.ID)
	v, ok := op.Set["confirm_by"]
	if side, bound := boundTo(f, m); ok && bound && v != side {
		return FieldErrorf(Forbidden, "set.confirm_by", "only %s can change who confirms this", d.company(side))
	}
	return nil
}

// boundTo returns the side that confirms a criterion with fields f; true when
// that is not the side of m.
func boundTo(f Fields, m Member) (side string, bound bool) {
	side, ok := f["confirm_by"].(string)
	return side, ok && side != string(m.Side)
}

// authorOf reports whether m wrote the comment that op is about; a comment that
// is not there is left to the op itself to refuse.
func authorOf(d *draft, m Member, op *Op) bool {
	f, ok := d.fields(d.stream, Comment, op.ID)
	author, _ := f["author"].(string)
	return !ok || author == string(m.ID)
}

func guardAuthor(d *draft, m Member, op *Op) error {
	if authorOf(d, m, op) {
		return nil
	}
	return FieldErrorf(Forbidden, "id", "only its author can change a comment")
}

func guardAuthorOrEditor(d *draft, m Member, op *Op) error {
	if authorOf(d, m, op) || m.Access.AtLeast(Editor) {
		return nil
	}
	return FieldErrorf(Forbidden, "id", "only its author or an editor can do this to a comment")
}
