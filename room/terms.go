package room

import "slices"

// The terms of a plan are what a side says yes to: which milestones the shared
// plan has, their dates and owners, and what makes them done. Progress is not a
// term: work on the plan does not ask for another yes.

// The words for what changed of the terms, most telling first.
const (
	termAdded     = "added"
	termRemoved   = "removed"
	termDate      = "date"
	termOwner     = "owner"
	termCriterion = "criterion"
)

// milestoneTerms and criterionTerms are the fields that hold terms.
var (
	milestoneTerms = []string{"due", "is_go_live", "seller_owner", "buyer_owner"}
	criterionTerms = []string{"text", "measure", "target", "confirm_by", "milestone"}
)

// settleAcceptances marks the acceptances that an op made stale, with who
// changed what. An acceptance is marked once, by the first change.
func (d *draft) settleAcceptances() {
	if len(d.plan.Streams[Shared][Acceptance]) == 0 {
		return
	}
	var holding []*edit
	for _, side := range []Side{SideSeller, SideBuyer} {
		id, f, ok := d.newest(side)
		if ok && f["stale_at"] == nil {
			holding = append(holding, d.peek(Acceptance, id))
		}
	}
	if len(holding) == 0 {
		return
	}
	why, on := d.brokenTerm()
	if why == "" {
		return
	}
	for _, held := range holding {
		if held.op == d.op && held.created() || slices.Contains(d.kept, held) {
			continue // this op made it hold
		}
		ed := d.edit(Shared, Acceptance, held.id)
		d.put(ed, "stale_at", d.at)
		d.put(ed, "stale_by", text(string(d.stamp.By.ID)))
		d.put(ed, "stale_why", why)
		d.put(ed, "stale_on", text(string(on)))
	}
}

// peek returns the edit of a shared record, or one that the draft does not keep.
func (d *draft) peek(e Entity, id RecordID) *edit {
	key := recordKey{Shared, e, id}
	if ed := d.edits[key]; ed != nil {
		return ed
	}
	return &edit{recordKey: key, before: d.plan.Streams[Shared][e][id], op: -1}
}

// brokenTerm returns the most telling change of the terms among what the op
// touched, and its milestone; "" for none.
func (d *draft) brokenTerm() (why string, on RecordID) {
	rank := func(why string) int { return slices.Index(termWords, why) }
	for _, ed := range d.touched {
		if ed.stream != Shared {
			continue
		}
		w, id := d.termOf(ed)
		if w == "" {
			continue
		}
		if why == "" || rank(w) < rank(why) || w == why && id < on {
			why, on = w, id
		}
	}
	return why, on
}

// termOf says what the draft changes of the terms in one record.
func (d *draft) termOf(ed *edit) (why string, on RecordID) {
	switch ed.entity {
	case Phase:
		return d.phaseTerm(ed), ""
	case Milestone:
		return milestoneTerm(ed), ed.id
	case Criterion:
		on := ed.now["milestone"]
		if on == nil {
			return "", ""
		}
		if ed.created() || ed.changed("removed") || slices.ContainsFunc(criterionTerms, ed.changed) {
			return termCriterion, RecordID(on.(string))
		}
	}
	return "", ""
}

func milestoneTerm(ed *edit) string {
	was := !ed.created() && ed.was("removed") != true && ed.was("status") != "cancelled"
	now := ed.now["removed"] != true && ed.now["status"] != "cancelled"
	switch {
	case !was && !now:
		return ""
	case !was:
		return termAdded
	case !now:
		return termRemoved
	case ed.changed("due"), ed.changed("is_go_live"):
		return termDate
	case ed.changed("seller_owner"), ed.changed("buyer_owner"):
		return termOwner
	default:
		return ""
	}
}

// phaseTerm: a phase takes its milestones along.
func (d *draft) phaseTerm(ed *edit) string {
	if ed.created() || !ed.changed("removed") {
		return ""
	}
	filled := false
	d.each(list{Shared, Milestone, ed.id}, func(_ recordKey, f Fields) { filled = filled || f["removed"] != true })
	switch {
	case !filled:
		return ""
	case ed.now["removed"] == true:
		return termRemoved
	default:
		return termAdded
	}
}

// term is a change of the terms as the plan remembers it.
type term struct {
	mark Mark
	what string // the milestone's or phase's label
}

// changedSince returns the newest change of the shared terms after rev, by the
// marks of the fields; false for none. Of one commit's it is the least by label.
func (d *draft) changedSince(rev Rev) (newest term, found bool) {
	consider := func(rec *Record, what string, fields ...string) {
		for _, name := range fields {
			m := rec.Marks[name]
			if m.Rev > rev && (m.Rev > newest.mark.Rev || m.Rev == newest.mark.Rev && what < newest.what) {
				newest, found = term{m, what}, true
			}
		}
	}
	shared := d.plan.Streams[Shared]
	for _, rec := range shared[Phase] {
		consider(rec, Phase.label(rec.Fields), "removed")
	}
	for _, rec := range shared[Milestone] {
		label := Milestone.label(rec.Fields)
		consider(rec, label, milestoneTerms...)
		consider(rec, label, "removed", "visibility") // the latter is set when it is added
		if rec.Fields["status"] == "cancelled" {
			consider(rec, label, "status")
		}
	}
	for _, rec := range shared[Criterion] {
		id, _ := rec.Fields["milestone"].(string)
		f, _ := d.fields(Shared, Milestone, RecordID(id))
		consider(rec, Milestone.label(f), "removed")
		consider(rec, Milestone.label(f), criterionTerms...)
	}
	return newest, found
}
