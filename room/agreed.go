package room

import "strings"

// settleMoves follows an op that moved dates: why is kept with each, and a date
// that both sides agreed on moves with a yes from both, or marked with the side
// that moved it alone.
func (d *draft) settleMoves(op *Op) error {
	if d.moving {
		return nil // to another stream; the dates stay as they are
	}
	var held []*edit
	for i := 0; i < len(d.touched); i++ {
		ed := d.touched[i]
		if ed.entity != Milestone || same(ed.due, ed.now["due"]) {
			continue
		}
		undo := d.rule.kind == KindUndo // which brings back the former reason and mark
		if !undo && (ed.now["due_reason"] != nil || d.why != nil) {
			d.put(ed, "due_reason", d.why)
		}
		agreed := ed.now["agreed_due"]
		switch {
		case agreed == nil:
		case undo:
			if err := d.undoesAgreed(ed); err != nil {
				return err
			}
		case d.answered == ed.id || ed.now["due"] == agreed:
			d.put(ed, "moved_by", nil)
		case guardCompany(d, d.stamp.By, op) != nil:
			return Errorf(Forbidden, "%s and %s agreed on the date of the %s; only they can move it",
				d.company("seller"), d.company("buyer"), Milestone.label(ed.now))
		case moves(ed.now) && !op.Unilateral:
			held = append(held, ed)
		default:
			d.put(ed, "moved_by", string(d.stamp.By.Side))
		}
	}
	return d.agreedError(held)
}

// undoesAgreed refuses to undo what both sides have agreed to since.
func (d *draft) undoesAgreed(ed *edit) error {
	if ed.before == nil || ed.before.Marks["agreed_due"].Rev <= d.undone.Rev {
		return nil
	}
	return FieldErrorf(Conflict, "rev", "both sides agreed on the date of the %s after that; propose another one", Milestone.label(ed.now))
}

// agreedError says what to do about agreed dates that an op would move; nil for none.
func (d *draft) agreedError(held []*edit) error {
	if len(held) == 0 {
		return nil
	}
	const named = 3 // enough to find them, short enough for a notice
	names := make([]string, 0, named)
	ids := make([]string, 0, len(held))
	for _, ed := range held {
		if len(names) < named {
			agreed, _ := ed.now["agreed_due"].(string)
			title, _ := ed.now["title"].(string)
			names = append(names, "“"+clip(title)+"” for "+dayWords(agreed))
		}
		ids = append(ids, string(ed.id))
	}
	list := strings.Join(names, ", ")
	if len(held) > named {
		list += ", …"
	}
	field, how := d.field("due"), "propose another date, or move it alone, which is marked"
	switch d.rule.shape {
	case rescheduleShape, shiftShape:
	case acceptShape:
		field, how = "push", "accept without moving what waits, or with unilateral, which is marked"
	case roomShape:
		field = "set.go_live"
		fallthrough
	default:
		how = "propose another date, or move it alone with milestone.reschedule and unilateral, which is marked"
	}
	err := FieldErrorf(Conflict, field, "both sides agreed on %s: %s", list, how)
	err.Current = ids
	if len(held) == 1 {
		err.Current = held[0].due
	}
	return err
}
