package room

import (
	"strconv"
	"strings"
)

// Apply returns what the ops do to the plan, all of them or none; the plan is
// not changed. Whether their sender may send them is [Authorize]'s question.
// Undone is the commit that an op.undo names, nil when there is none. The error
// is an [*Error]; in a group its field begins with the op's place, "ops[2].id".
func Apply(p *Plan, st Stamp, s Stream, ops []Op, undone *Commit) (Outcome, error) {
	return apply(p, st, s, ops, undone, true)
}

// apply is Apply for members that are trusted (true: their rights were checked,
// or they are the server) or to be checked op by op.
func apply(p *Plan, st Stamp, s Stream, ops []Op, undone *Commit, trusted bool) (Outcome, error) {
	d := newDraft(p, st, s)
	d.undone, d.trusted = undone, trusted
	for i := range ops {
		if err := d.do(i, &ops[i], len(ops) > 1); err != nil {
			if len(ops) > 1 {
				err = under("ops["+strconv.Itoa(i)+"]", err)
			}
			return Outcome{}, err
		}
	}
	return Outcome{Changes: d.changes(), Over: d.over()}, nil
}

// do carries out one op on the draft.
func (d *draft) do(i int, op *Op, grouped bool) *Error {
	r := rules[op.Kind]
	if r == nil {
		return FieldErrorf(Invalid, "kind", "%q is not a kind of op", clip(string(op.Kind)))
	}
	if r.alone && grouped {
		return FieldErrorf(Invalid, "kind", "%s cannot be part of a group", r.kind)
	}
	d.op, d.rule, d.touched, d.moving = i, r, d.touched[:0], false
	d.answered, d.why, d.kept = "", text(op.Reason), nil
	if !d.trusted {
		if err := d.authorize(d.stamp.By, r, op); err != nil {
			return refusal(err)
		}
	}
	if err := d.checkStream(r, op); err != nil {
		return refusal(err)
	}
	d.before = d.anchor()
	if err := r.apply(d, op); err != nil {
		return refusal(err)
	}
	d.settleStatuses()
	d.syncAnchor()
	if err := d.settleMoves(op); err != nil {
		return refusal(err)
	}
	d.settleAcceptances()
	return refusal(d.verify())
}

// refusal is err as the [*Error] that every rule of this package returns.
func refusal(err error) *Error {
	if err == nil {
		return nil
	}
	return err.(*Error)
}

// checkStream refuses ops on a stream that cannot hold their record: what every
// side shares has only its private fields elsewhere.
func (d *draft) checkStream(r *rule, op *Op) error {
	switch d.stream {
	case Shared:
		return d.checkShared(r, op)
	case Seller, Buyer:
	default:
		return FieldErrorf(Invalid, "stream", "%q is not a stream; use shared, seller or buyer", clip(string(d.stream)))
	}
	if r.shape == templateShape || r.shape == shiftShape {
		return FieldErrorf(Invalid, "stream", "%s is sent on the stream shared", r.kind)
	}
	k := SchemaOf(r.entity)
	if k == nil || !k.SharedOnly {
		return nil
	}
	if r.shape != updateShape && r.shape != roomShape {
		return FieldErrorf(Invalid, "stream", "%s is shared by all; use the stream shared", k.Entity.one())
	}
	for _, f := range k.Fields {
		if _, ok := op.Set[f.Name]; ok && f.Private != d.stream {
			return FieldErrorf(Invalid, "set."+f.Name, "the %s's %s is not part of the stream %s", k.Entity.noun(), f.Name, d.stream)
		}
	}
	return nil
}

// checkShared refuses an op on the shared stream that has nothing for it: even an
// empty commit there would tell everybody when somebody did something private.
func (d *draft) checkShared(r *rule, op *Op) error {
	if r.shape != updateShape && r.shape != roomShape || len(op.Set) == 0 {
		return nil
	}
	var kept Field
	for _, f := range SchemaOf(r.entity).Fields {
		if _, ok := op.Set[f.Name]; !ok {
			continue
		}
		if f.Private == "" {
			return nil
		}
		kept = f
	}
	return FieldErrorf(Invalid, "stream", "the %s is kept for %s's side: send it on the stream %s",
		strings.ReplaceAll(kept.Name, "_", " "), d.company(string(kept.Private)), kept.Private)
}

// live reports whether a record exists and is not removed.
func (d *draft) live(s Stream, e Entity, id RecordID) (Fields, bool) {
	f, ok := d.fields(s, e, id)
	if !ok || f["removed"] == true {
		return nil, false
	}
	return f, true
}

// find returns the record that an id means to readers of stream s, who see
// their own stream and the shared one: the live one of the two, else any.
func (d *draft) find(s Stream, e Entity, id RecordID) (Fields, Stream, bool) {
	if f, ok := d.live(s, e, id); ok {
		return f, s, true
	}
	if s != Shared {
		if f, ok := d.live(Shared, e, id); ok {
			return f, Shared, true
		}
	}
	if f, ok := d.fields(s, e, id); ok {
		return f, s, true
	}
	f, ok := d.fields(Shared, e, id)
	return f, Shared, ok
}

// target returns the record that an op is about, to be written: it must be in
// the op's stream, and neither it nor what it is part of may be removed.
func (d *draft) target(op *Op) (*edit, error) {
	e := d.rule.entity
	home := d.stream
	if SchemaOf(e).SharedOnly {
		home = Shared
	}
	f, ok := d.fields(home, e, op.ID)
	if !ok {
		return nil, d.absent(e, op.ID)
	}
	if f["removed"] == true {
		return nil, FieldErrorf(Gone, "id", "the %s was removed", e.label(f))
	}
	if up, above, ok := d.removedAbove(home, e, f); ok {
		return nil, FieldErrorf(Gone, "id", "the %s is part of the %s, which was removed", e.label(f), up.label(above))
	}
	return d.edit(d.stream, e, op.ID), nil
}

// absent says where a record is that is not in the op's stream.
func (d *draft) absent(e Entity, id RecordID) *Error {
	if _, in, ok := d.find(d.stream, e, id); ok && in != d.stream {
		return FieldErrorf(Gone, "id", "that %s is in the stream %s", e.noun(), in)
	}
	return FieldErrorf(Gone, "id", "that %s is not in the plan", e.noun())
}

// removedAbove returns the nearest removed record that the record with fields f
// is part of.
func (d *draft) removedAbove(s Stream, e Entity, f Fields) (Entity, Fields, bool) {
	for {
		up, id, ok := above(e, f)
		if !ok {
			return "", nil, false
		}
		if f, s, ok = d.find(s, up, id); !ok {
			return "", nil, false
		}
		if f["removed"] == true {
			return up, f, true
		}
		e = up
	}
}

// above returns what a record is part of: its parent, or what a comment is on.
func above(e Entity, f Fields) (Entity, RecordID, bool) {
	if e == Comment {
		t, ok := f["on"].(Target)
		return t.Entity, t.ID, ok
	}
	k := SchemaOf(e)
	if k.Parent == "" {
		return "", "", false
	}
	id, ok := f[k.Parent].(string)
	return k.Field(k.Parent).To[0], RecordID(id), ok
}

// label names a record to a person: milestone "Legal".
func (e Entity) label(f Fields) string {
	for _, name := range []string{"title", "name", "label", "text"} {
		if s, ok := f[name].(string); ok {
			return e.noun() + " “" + clip(s) + "”"
		}
	}
	return e.noun()
}
