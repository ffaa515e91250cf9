package room

// A date proposal asks the other side for another date. The milestone keeps its
// date until the other side says yes; there is one open proposal per milestone.

// The states of a proposal.
const (
	proposalOpen      = "open"
	proposalAccepted  = "accepted"
	proposalCountered = "countered"
	proposalDeclined  = "declined"
	proposalWithdrawn = "withdrawn"
)

// guardCompany leaves dates to the two companies whose plan it is.
func guardCompany(d *draft, m Member, _ *Op) error {
	if m.Side == SideSeller || m.Side == SideBuyer {
		return nil
	}
	return Errorf(Forbidden, "only %s and %s agree on dates", d.company("seller"), d.company("buyer"))
}

// guardAnswer lets the other side alone answer a proposal.
func guardAnswer(d *draft, m Member, op *Op) error {
	if err := guardCompany(d, m, op); err != nil {
		return err
	}
	f, ok := d.fields(Shared, DateProposal, op.ID)
	if ok && f["side"] == string(m.Side) {
		return FieldErrorf(Forbidden, "id", "%s proposed this date, so %s answers", d.company(string(m.Side)), d.company(string(otherSide(m.Side))))
	}
	return nil // one that is not there is the op's own to refuse
}

// guardProposer lets the side that made a proposal alone take it back.
func guardProposer(d *draft, m Member, op *Op) error {
	if err := guardCompany(d, m, op); err != nil {
		return err
	}
	f, ok := d.fields(Shared, DateProposal, op.ID)
	if side, _ := f["side"].(string); ok && side != string(m.Side) {
		return FieldErrorf(Forbidden, "id", "%s proposed this date: decline it, or propose another", d.company(side))
	}
	return nil
}

// otherSide is the company across the table.
func otherSide(s Side) Side {
	if s == SideSeller {
		return SideBuyer
	}
	return SideSeller
}

// applyPropose suggests a date for a milestone.
func applyPropose(d *draft, op *Op) error {
	return d.propose(op.ID, op.Milestone, "milestone", op)
}

// propose makes an open proposal; field names what of the op names the milestone.
func (d *draft) propose(id, milestone RecordID, field string, op *Op) error {
	f, err := d.datable(milestone, field)
	if err != nil {
		return err
	}
	if f["due"] == op.To {
		return FieldErrorf(Conflict, "to", "the %s is due on %s already", Milestone.label(f), dayWords(op.To))
	}
	ed, err := d.create(DateProposal, id)
	if err != nil {
		return err
	}
	d.putAll(ed, Fields{
		"milestone": string(milestone), "from": f["due"], "to": op.To, "reason": text(op.Reason), "by": text(string(d.stamp.By.ID)),
		"side": string(d.stamp.By.Side), "at": d.at, "state": proposalOpen,
	})
	return nil
}

// datable returns a shared milestone whose date is still to come.
func (d *draft) datable(id RecordID, field string) (Fields, error) {
	f, ok := d.fields(Shared, Milestone, id)
	switch {
	case !ok:
		return nil, FieldErrorf(Gone, field, "that milestone is not in the shared plan")
	case f["removed"] == true:
		return nil, FieldErrorf(Gone, field, "the %s was removed", Milestone.label(f))
	case !moves(f):
		return nil, FieldErrorf(Conflict, field, "the %s is %s, so its date stays", Milestone.label(f), f["status"])
	}
	if up, above, removed := d.removedAbove(Shared, Milestone, f); removed {
		return nil, FieldErrorf(Gone, field, "the %s is part of the %s, which was removed", Milestone.label(f), up.label(above))
	}
	return f, nil
}

// applyAccept makes the proposed date the milestone's, if that still has the
// date that the proposal was about. // I8
func applyAccept(d *draft, op *Op) error {
	ed, err := d.openProposal(op)
	if err != nil {
		return err
	}
	id, _ := ed.now["milestone"].(string)
	f, err := d.datable(RecordID(id), "id")
	if err != nil {
		return err
	}
	if !same(f["due"], ed.now["from"]) {
		err := FieldErrorf(Conflict, "id", "the %s is due %s now, not %s as when this was proposed; answer with another date",
			Milestone.label(f), dueWords(f["due"]), dueWords(ed.now["from"]))
		err.Current = f["due"]
		return err
	}
	d.close(ed, proposalAccepted, op)
	d.answered, d.why = RecordID(id), ed.now["reason"]
	to, _ := ed.now["to"].(string)
	return d.reschedule(d.edit(Shared, Milestone, RecordID(id)), to, op)
}

// applyCounter answers a proposal with another date, to be answered in turn.
func applyCounter(d *draft, op *Op) error {
	ed, err := d.openProposal(op)
	if err != nil {
		return err
	}
	if ed.now["to"] == op.To {
		return FieldErrorf(Conflict, "to", "this is the date they proposed; accept it instead")
	}
	d.close(ed, proposalCountered, op)
	milestone, _ := ed.now["milestone"].(string)
	id := d.newID()
	if err := d.propose(id, RecordID(milestone), "id", op); err != nil {
		return err
	}
	d.put(d.edit(Shared, DateProposal, id), "counters", string(op.ID))
	return nil
}

func applyDecline(d *draft, op *Op) error {
	ed, err := d.openProposal(op)
	if err != nil {
		return err
	}
	d.close(ed, proposalDeclined, op)
	return nil
}

// applyWithdrawDate takes a proposal back before it is answered.
func applyWithdrawDate(d *draft, op *Op) error {
	ed, err := d.openProposal(op)
	if err != nil {
		return err
	}
	d.close(ed, proposalWithdrawn, op)
	return nil
}

// openProposal returns the proposal that an op answers; one answer is enough. // I8
func (d *draft) openProposal(op *Op) (*edit, error) {
	ed, err := d.target(op)
	if err != nil {
		return nil, err
	}
	if state := ed.now["state"]; state != proposalOpen {
		who := "the workspace"
		if by, ok := ed.now["answered_by"].(string); ok {
			who = d.nameOf(RecordID(by))
		}
		err := FieldErrorf(Conflict, "id", "%s was first: this proposal is %s", who, state)
		err.Current = state
		return nil, err
	}
	return ed, nil
}

// close answers a proposal.
func (d *draft) close(ed *edit, state string, op *Op) {
	d.ask(ed, "state", state)
	d.put(ed, "answered_by", text(string(d.stamp.By.ID)))
	d.put(ed, "answered_at", d.at)
	d.put(ed, "answer_reason", text(op.Reason))
}

// verifyProposals keeps one open proposal per milestone.
func (d *draft) verifyProposals(ed *edit) error {
	if ed.entity != DateProposal || ed.now["state"] != proposalOpen || !ed.appears() && !ed.changed("state") {
		return nil
	}
	var other Fields
	d.each(listOf(Shared, DateProposal, ed.now), func(key recordKey, f Fields) {
		if key.id != ed.id && f["removed"] != true && f["state"] == proposalOpen {
			other = f
		}
	})
	if other == nil {
		return nil
	}
	side, _ := other["side"].(string)
	to, _ := other["to"].(string)
	err := FieldErrorf(Conflict, d.field("milestone"), "%s has proposed %s already; that is to be answered or withdrawn first", d.company(side), dayWords(to))
	err.Current = to
	return err
}
