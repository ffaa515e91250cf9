package room

// Fold brings the plan from one rev of stream s to the next: every change's Set
// is laid over its record, null removes a field, and each field named is marked
// with the commit. Folding commits 1…n over a new plan gives the plan at n.
// The commit must be the next of its stream; values are not copied.
func (p *Plan) Fold(s Stream, c Commit) {
	mark := Mark{Rev: c.Rev}
	if c.By != nil {
		mark.By = *c.By
	}
	for i := range c.Changes {
		change := &c.Changes[i]
		rec := p.record(s, change.Entity, change.ID)
		moves := p.index.concerns(change, rec)
		if moves {
			p.index.leave(s, change.Entity, rec)
		}
		for name, value := range change.Set {
			if value == nil {
				delete(rec.Fields, name)
			} else {
				rec.Fields[name] = value
			}
			rec.Marks[name] = mark
		}
		if moves {
			p.index.enter(s, change.Entity, rec)
		}
	}
	p.Revs[s] = c.Rev
}

// record returns the record with the given id, made when it is not there.
func (p *Plan) record(s Stream, e Entity, id RecordID) *Record {
	state := p.Streams[s]
	if state == nil {
		state = State{}
		p.Streams[s] = state
	}
	records := state[e]
	if records == nil {
		records = Records{}
		state[e] = records
	}
	rec := records[id]
	if rec == nil {
		rec = &Record{ID: id, Fields: Fields{}, Marks: map[string]Mark{}}
		records[id] = rec
		return rec
	}
	if rec.Fields == nil {
		rec.Fields = Fields{}
	}
	if rec.Marks == nil {
		rec.Marks = map[string]Mark{}
	}
	return rec
}

// Member returns the participant with the given id as the plan knows it now,
// with its effective side and access. It is false for one who is absent,
// removed or revoked, or whose request for access nobody has granted.
func (p *Plan) Member(id RecordID) (Member, bool) {
	rec := p.Streams[Shared][Participant][id]
	if rec == nil || rec.Fields["removed"] == true {
		return Member{}, false
	}
	switch rec.Fields["state"] {
	case "revoked", "requested":
		return Member{}, false
	}
	m := Member{ID: id}
	m.Name, _ = rec.Fields["name"].(string)
	side, _ := rec.Fields["side"].(string)
	access, _ := rec.Fields["access"].(string)
	m.Side, m.Access = Side(side), Access(access)
	return m, true
}
