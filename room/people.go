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

// applyInvite asks somebody, perhaps again, into the room.
func applyInvite(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if ed.now["state"] == "active" {
		return FieldErrorf(Conflict, "id", "%s is in the room already", clip(ed.now["name"].(string)))
	}
	d.ask(ed, "state", "invited")
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
