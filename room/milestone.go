package room

import "strings"

// checkMilestone refuses what update and add cannot do to a milestone.
func (d *draft) checkMilestone(ed *edit, set Fields) error {
	if set["status"] == "done" && ed.now["status"] != "done" {
		return FieldErrorf(Invalid, "set.status", "a milestone becomes done with milestone.complete")
	}
	flag, flagged := set["is_go_live"]
	switch {
	case flag == true && ed.stream != Shared:
		return FieldErrorf(Invalid, "set.is_go_live", "a private milestone cannot be the go-live")
	case flagged && flag != true && ed.now["is_go_live"] == true:
		return FieldErrorf(Conflict, "set.is_go_live", "the plan needs its go-live; make another milestone go-live instead")
	}
	status := ed.now["status"]
	if s, ok := set["status"]; ok {
		status = s
	}
	if set["blocked_reason"] != nil && status != "blocked" {
		return FieldErrorf(Invalid, "set.blocked_reason", "only a blocked milestone has a reason for it")
	}
	return nil
}

// settleStatuses clears what belongs to a status that a milestone has left.
func (d *draft) settleStatuses() {
	for _, ed := range d.touched {
		if ed.entity != Milestone {
			continue
		}
		if ed.now["status"] != "done" {
			d.put(ed, "completed_at", nil)
			d.put(ed, "completed_by", nil)
			d.put(ed, "override_reason", nil)
		}
		if ed.now["status"] != "blocked" {
			d.put(ed, "blocked_reason", nil)
		}
		if ed.was("status") == "done" && moves(ed.now) && ed.stream == Shared && ed.now["agreed_due"] == nil {
			d.put(ed, "agreed_due", text(d.agreedDay(ed.id))) // it was done when both agreed; its day was part of that
		}
		if ed.was("status") == "cancelled" && ed.now["status"] != "cancelled" && ed.again == nil {
			ed.again = []string{"visibility"} // it counts again: changedSince finds it as if it was new
		}
	}
}

// applyComplete makes a milestone done: every criterion is met, or a reason
// says why that is not needed. Completing what is done changes nothing.
func applyComplete(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	if ed.now["status"] == "done" {
		return nil
	}
	unmet := d.unmet(ed)
	if len(unmet) > 0 && op.Override == nil {
		return unmetError("override", unmet)
	}
	d.ask(ed, "status", "done")
	d.put(ed, "completed_at", d.at)
	if d.stamp.By.ID != "" {
		d.put(ed, "completed_by", string(d.stamp.By.ID))
	}
	if len(unmet) > 0 {
		d.put(ed, "override_reason", *op.Override)
	}
	return nil
}

// unmet returns the text of every criterion of the milestone that is not met.
func (d *draft) unmet(ed *edit) []string {
	var out []string
	for _, sib := range d.siblings(ed.stream, Criterion, ed.id, "") {
		f, ok := d.live(sib.stream, Criterion, sib.id)
		if ok && f["met_at"] == nil {
			text, _ := f["text"].(string)
			out = append(out, "“"+clip(text)+"”")
		}
	}
	return out
}

// unmetError names up to three criteria.
func unmetError(field string, unmet []string) *Error {
	const named = 3 // enough to find them, short enough for a notice
	list := strings.Join(unmet[:min(named, len(unmet))], ", ")
	if len(unmet) > named {
		list += ", …"
	}
	if len(unmet) == 1 {
		return FieldErrorf(Conflict, field, "one criterion is not met yet: %s", list)
	}
	return FieldErrorf(Conflict, field, "%d criteria are not met yet: %s", len(unmet), list)
}

// applyMilestoneReopen takes a milestone back into progress.
func applyMilestoneReopen(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.ask(ed, "status", "in_progress")
	return nil
}

// applyMeet marks a criterion as met, now and by the sender.
func applyMeet(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil || ed.now["met_at"] != nil {
		return err
	}
	d.ask(ed, "met_at", d.at)
	if d.stamp.By.ID != "" {
		d.put(ed, "met_by", string(d.stamp.By.ID))
	}
	return nil
}

func applyUnmeet(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.ask(ed, "met_at", nil)
	d.put(ed, "met_by", nil)
	return nil
}

// said lists the fields that say what a criterion asks for.
var said = []string{"text", "measure", "target"}

// applyCriterionUpdate sets fields of a criterion. One that asks for something
// else is to be met again.
func applyCriterionUpdate(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	for _, name := range said {
		if v, ok := op.Set[name]; ok && !same(v, ed.now[name]) {
			d.unmeet(ed)
		}
	}
	return d.setFields(ed, op.Set)
}

func (d *draft) unmeet(ed *edit) {
	d.put(ed, "met_at", nil)
	d.put(ed, "met_by", nil)
}

func applyTaskComplete(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil || ed.now["done_at"] != nil {
		return err
	}
	d.ask(ed, "done_at", d.at)
	return nil
}

func applyTaskReopen(d *draft, op *Op) error {
	ed, err := d.target(op)
	if err != nil {
		return err
	}
	d.ask(ed, "done_at", nil)
	return nil
}
