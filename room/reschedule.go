package room

// applyReschedule moves one milestone to another date; with push, what waits
// for it moves later, as far as it must.
func applyReschedule(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	return d.reschedule(ed, op.Due, op)
}

// reschedule gives a milestone another date; with push, what waits for it moves
// along.
func (d *draft) reschedule(ed *edit, to string, op *Op) error {
	due, _ := parseDay(to)
	m := &mover{draft: d, op: op}
	ed.asked = append(ed.asked, "due")
	if err := m.move(ed, due); err != nil || !op.Push {
		return err
	}
	return m.push()
}
