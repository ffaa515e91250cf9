package room

import "strings"

// checkEmail refuses what cannot be an e-mail address. Whether it is somebody's
// only a mail to it can tell.
func checkEmail(set Fields) error {
	s, ok := set["email"].(string)
	if !ok {
		return nil
	}
	local, domain, at := strings.Cut(s, "@")
	if !at || local == "" || domain == "" || strings.ContainsAny(s, " <>,;") || strings.Contains(domain, "@") {
		return FieldErrorf(Invalid, "set.email", "%q is not an e-mail address", clip(s))
	}
	return nil
}

// checkSide keeps people on the side that they came in for: what they read of its
// private stream cannot be taken back. Until then the side can be put right.
func (d *draft) checkSide(ed *edit, set Fields) error {
	side, ok := set["side"]
	if !ok || ed.now["side"] == nil || side == ed.now["side"] {
		return nil
	}
	switch ed.now["state"] {
	case "added", "invited":
		return nil
	}
	return FieldErrorf(Conflict, "set.side", "%s has joined as %s; add them again for the other side",
		clip(ed.now["name"].(string)), d.company(ed.now["side"].(string)))
}

// company returns the name of the company that a side speaks for.
func (d *draft) company(side string) string {
	_, f, _ := d.room()
	if name, ok := f[side+"_company"].(string); ok {
		return clip(name)
	}
	return "a " + side
}

// owns reports whether a participant with fields f can manage the room.
func owns(f Fields) bool {
	if f["removed"] == true || f["state"] == "revoked" || f["state"] == "requested" {
		return false
	}
	return f["side"] == string(SideSeller) && f["access"] == string(Owner)
}

// verifyOwners refuses to leave a room that the seller's side owns to nobody:
// what only owners may do, nobody could do any more.
func (d *draft) verifyOwners(ed *edit) error {
	owned := false
	for id, rec := range d.plan.Streams[Shared][Participant] {
		owned = owned || owns(rec.Fields)
		if f, _ := d.fields(Shared, Participant, id); owns(f) {
			return nil
		}
	}
	for key, other := range d.edits {
		if key.entity == Participant && key.stream == Shared && owns(other.now) {
			return nil
		}
	}
	if !owned {
		return nil
	}
	field := "access"
	if ed.now["side"] != string(SideSeller) {
		field = "side"
	}
	return FieldErrorf(Conflict, d.field(field), "%s needs at least one owner", d.company(string(SideSeller)))
}

// applyInvite asks somebody into the room, or gives back the access that was
// revoked. That makes them active: they may have been in the room before.
func applyInvite(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	switch ed.now["state"] {
	case "active":
		return FieldErrorf(Conflict, "id", "%s is in the room already", clip(ed.now["name"].(string)))
	case "revoked":
		d.ask(ed, "state", "active")
	default:
		d.ask(ed, "state", "invited")
	}
	return nil
}

// applyRevoke ends somebody's access; what they did stays theirs.
func applyRevoke(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.ask(ed, "state", "revoked")
	return nil
}

// applyJoin lets a person in who came through a link: a new participant, or one
// who was added before and is active now. The server sends it; a participant who
// is there keeps name, side and access.
func applyJoin(d *draft, op *Op) error {
	f, ok := d.fields(Shared, Participant, op.ID)
	if !ok {
		if err := applyAdd(d, op); err != nil {
			return err
		}
		d.put(d.edit(Shared, Participant, op.ID), "state", "active")
		return nil
	}
	if f["removed"] == true || f["state"] == "revoked" {
		return FieldErrorf(Forbidden, "id", "%s no longer has access to this room", clip(f["name"].(string)))
	}
	known := Fields{}
	for _, name := range []string{"email", "verified"} {
		if v := op.Set[name]; v != nil {
			known[name] = v
		}
	}
	ed := d.edit(Shared, Participant, op.ID)
	d.put(ed, "state", "active")
	return d.setFields(ed, known)
}

// applyResolve closes a thread.
func applyResolve(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil || ed.now["resolved_at"] != nil {
		return err
	}
	d.ask(ed, "resolved_at", d.at)
	return nil
}

func applyCommentReopen(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.ask(ed, "resolved_at", nil)
	return nil
}
