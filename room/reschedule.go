package room

// applyReschedule moves one milestone to another date; with push, what waits
// for it moves later, as far as it must.
func applyReschedule(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	due, _ := parseDay(op.Due)
	m := &mover{draft: d, op: op}
	ed.asked = append(ed.asked, "due")
	if err := m.move(ed, due); err != nil || !op.Push {
		return err
	}
	return m.push()
}
