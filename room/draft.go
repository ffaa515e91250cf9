package room

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// draft is a plan as the ops of one commit leave it. It reads through to the
// plan, which stays as it is, and copies a record when it is first written.
// Every op of a group works on the same draft: all of them happen, or none.
type draft struct {
	plan   *Plan
	x      *index
	stamp  Stamp
	at     string // the stamp's time, as records hold it
	stream Stream // that of the op
	edits  map[recordKey]*edit
	edited map[kindOf]int // how many edits there are of each kind

	// Of the op at hand.
	op       int // its index in the group
	touched  []*edit
	rule     *rule
	before   anchor   // the go-live before the op
	undone   *Commit  // what an op.undo takes back
	trusted  bool     // the sender's rights are not checked here
	moving   bool     // records change streams: what they refer to may be removed
	answered RecordID // the milestone whose proposed date the op accepts: both sides want it
	why      Value    // why the op moves dates
	kept     []*edit  // the acceptances that an undo makes hold again

	// anchors are the shared milestones that the draft flagged is_go_live.
	anchors []RecordID
	made    int // records with ids made by the draft
}

// recordKey names a record within a plan.
type recordKey struct {
	stream Stream
	entity Entity
	id     RecordID
}

// edit is a record that the draft writes.
type edit struct {
	recordKey
	before *Record // nil when the draft creates it
	now    Fields
	asked  []string // the fields that an op named, not those that followed
	due    Value    // a milestone's date when the last op touched it first
	op     int      // the last op that touched it
	again  []string // fields that the commit is to name though they stay as they are
}

func newDraft(p *Plan, st Stamp, s Stream) *draft {
	return &draft{
		plan: p, x: p.indexed(), stamp: st, stream: s, op: -1,
		at:    st.At.UTC().Truncate(time.Microsecond).Format(InstantFormat),
		edits: map[recordKey]*edit{}, edited: map[kindOf]int{},
	}
}

// fields returns the fields of a record as they are now, to be read only.
func (d *draft) fields(s Stream, e Entity, id RecordID) (Fields, bool) {
	if len(d.edits) > 0 {
		if ed := d.edits[recordKey{s, e, id}]; ed != nil {
			return ed.now, true
		}
	}
	if rec := d.plan.Streams[s][e][id]; rec != nil {
		return rec.Fields, true
	}
	return nil, false
}

// edit returns a record to be written. One that is not there is created.
func (d *draft) edit(s Stream, e Entity, id RecordID) *edit {
	key := recordKey{s, e, id}
	ed := d.edits[key]
	if ed == nil {
		ed = &edit{recordKey: key, before: d.plan.Streams[s][e][id], op: -1}
		if ed.before != nil {
			ed.now = maps.Clone(ed.before.Fields)
		}
		if ed.now == nil {
			ed.now = Fields{}
		}
		d.edits[key] = ed
		d.edited[kindOf{s, e}]++
	}
	if ed.op != d.op {
		ed.op, ed.due = d.op, ed.now["due"]
		d.touched = append(d.touched, ed)
	}
	return ed
}

// put gives a field its value; nil clears it.
func (d *draft) put(ed *edit, field string, v Value) {
	if v == nil {
		delete(ed.now, field)
		return
	}
	ed.now[field] = v
	if field == "is_go_live" && v == true {
		d.anchors = append(d.anchors, ed.id)
	}
}

// putAll gives several fields their values.
func (d *draft) putAll(ed *edit, set Fields) {
	for name, v := range set {
		d.put(ed, name, v)
	}
}

// ask is put for a field that the op itself names: replacing a value that its
// author had not seen is told to whom it was from.
func (d *draft) ask(ed *edit, field string, v Value) {
	ed.asked = append(ed.asked, field)
	d.put(ed, field, v)
}

// created reports whether the record was not in the plan.
func (ed *edit) created() bool { return ed.before == nil }

// was returns the value that the plan has for a field.
func (ed *edit) was(field string) Value {
	if ed.before == nil {
		return nil
	}
	return ed.before.Fields[field]
}

// changed reports whether a field is not what it is in the plan.
func (ed *edit) changed(field string) bool { return !same(ed.was(field), ed.now[field]) }

// satellite reports whether the record holds the private fields of a record of
// another stream.
func (k recordKey) satellite() bool {
	return k.stream != Shared && SchemaOf(k.entity).SharedOnly
}

// same reports whether two values are equal.
func same(a, b Value) bool {
	switch a := a.(type) {
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	case Dates:
		b, ok := b.(Dates)
		return ok && maps.Equal(a, b)
	}
	switch b.(type) {
	case []string, Dates: // not comparable, and a is neither
		return false
	}
	return a == b
}

// changes returns what the draft differs in from the plan, by stream: parents
// before children, then by id.
func (d *draft) changes() map[Stream][]Change {
	edits := make([]*edit, 0, len(d.edits))
	for _, ed := range d.edits {
		edits = append(edits, ed)
	}
	if len(edits) > 1 {
		slices.SortFunc(edits, compareEdits)
	}
	out := map[Stream][]Change{}
	for _, ed := range edits {
		if c, ok := ed.change(); ok {
			out[ed.stream] = append(out[ed.stream], c)
		}
	}
	return out
}

func compareEdits(a, b *edit) int {
	if a.entity != b.entity {
		return rankOf[a.entity] - rankOf[b.entity]
	}
	return strings.Compare(string(a.id), string(b.id))
}

// rankOf is an entity's place in the schema: parents before children.
var rankOf = func() map[Entity]int {
	m := map[Entity]int{}
	for i, k := range Schema {
		m[k.Entity] = i
	}
	return m
}()

// change returns what became of the record; false when nothing did.
func (ed *edit) change() (Change, bool) {
	c := Change{Entity: ed.entity, ID: ed.id}
	if ed.created() {
		c.Set = ed.now
		return c, len(ed.now) > 0
	}
	for name, v := range ed.now {
		if old, ok := ed.before.Fields[name]; !ok || !same(old, v) {
			c.note(name, v, old)
		}
	}
	for name, old := range ed.before.Fields {
		if _, ok := ed.now[name]; !ok {
			c.note(name, nil, old)
		}
	}
	for _, name := range ed.again {
		if c.Set != nil {
			c.note(name, ed.now[name], ed.before.Fields[name])
		}
	}
	return c, c.Set != nil
}

func (c *Change) note(name string, now, was Value) {
	if c.Set == nil {
		c.Set, c.Was = Fields{}, Fields{}
	}
	c.Set[name], c.Was[name] = now, was
}

// over returns what the ops replaced that their author had not seen, in the
// op's own stream: fields set by somebody else after the author's base.
func (d *draft) over() map[string]Over {
	type found struct {
		ed    *edit
		field string
	}
	var all []found
	records := map[*edit]bool{}
	for _, ed := range d.edits {
		if ed.created() || ed.stream != d.stream {
			continue
		}
		for _, field := range ed.asked {
			m, marked := ed.before.Marks[field]
			if marked && m.Rev > d.stamp.Base && m.By != d.stamp.By.ID && ed.changed(field) {
				all = append(all, found{ed, field})
				records[ed] = true
			}
		}
	}
	if all == nil {
		return nil
	}
	out := make(map[string]Over, len(all))
	for _, f := range all {
		key := f.field
		if len(records) > 1 {
			key = string(f.ed.entity) + "/" + string(f.ed.id) + "/" + f.field
		}
		m := f.ed.before.Marks[f.field]
		o := Over{Rev: m.Rev, Value: f.ed.was(f.field)}
		if m.By != "" {
			by := m.By
			o.By = &by
		}
		out[key] = o
	}
	return out
}
