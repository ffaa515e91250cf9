package room

import (
	"slices"
	"strings"
)

// sibling is a record in its list.
type sibling struct {
	recordKey
	pos string
}

func compareSiblings(a, b sibling) int {
	if c := strings.Compare(a.pos, b.pos); c != 0 {
		return c
	}
	return strings.Compare(string(a.id), string(b.id))
}

// siblings returns the list of e under parent as stream s sees it, in order and
// without the record except: removed records keep their place in it. A private
// stream sees its own records between the shared ones, the shared stream sees
// none but its own.
func (d *draft) siblings(s Stream, e Entity, parent, except RecordID) []sibling {
	out := d.gather(s, e, parent, except)
	slices.SortFunc(out, compareSiblings)
	return out
}

// gather is siblings in no order.
func (d *draft) gather(s Stream, e Entity, parent, except RecordID) []sibling {
	room := len(d.x.lists[list{s, e, parent}]) + 1
	if s != Shared {
		room += len(d.x.lists[list{Shared, e, parent}])
	}
	out := d.ownSiblings(make([]sibling, 0, room), s, e, parent, except)
	if s != Shared {
		own := len(out)
		out = d.ownSiblings(out, Shared, e, parent, except)
		out = mergeTwins(d, out, own)
	}
	return out
}

// ownSiblings appends the records that stream s itself has.
func (d *draft) ownSiblings(out []sibling, s Stream, e Entity, parent, except RecordID) []sibling {
	d.each(list{s, e, parent}, func(key recordKey, f Fields) {
		if pos, ok := f["pos"].(string); ok && key.id != except {
			out = append(out, sibling{key, pos})
		}
	})
	return out
}

// each calls visit with every record of a list, in no order.
func (d *draft) each(l list, visit func(recordKey, Fields)) {
	for rec := range d.x.lists[l] {
		key := recordKey{l.stream, l.entity, rec.ID}
		if d.edits[key] == nil {
			visit(key, rec.Fields)
		}
	}
	if d.edited[kindOf{l.stream, l.entity}] == 0 {
		return // a push edits hundreds of milestones and asks for their dependencies
	}
	for key, ed := range d.edits {
		if key.stream == l.stream && key.entity == l.entity && listOf(key.stream, key.entity, ed.now) == l {
			visit(key, ed.now)
		}
	}
}

// mergeTwins drops one of two records with the same id: a milestone that was
// published or withdrawn leaves a removed record in the stream it came from.
// The first own of all are of the private stream.
func mergeTwins(d *draft, all []sibling, own int) []sibling {
	shared := make(map[RecordID]bool, len(all)-own)
	for _, sib := range all[own:] {
		shared[sib.id] = true
	}
	hidden := map[recordKey]bool{}
	for _, sib := range all[:own] {
		if !shared[sib.id] {
			continue
		}
		if f, _ := d.fields(sib.stream, sib.entity, sib.id); f["removed"] == true {
			hidden[sib.recordKey] = true
		} else {
			hidden[recordKey{Shared, sib.entity, sib.id}] = true
		}
	}
	return slices.DeleteFunc(all, func(sib sibling) bool { return hidden[sib.recordKey] })
}

// place gives ed, whose parent is set, its key: where p says, at the end when
// it says nothing.
func (d *draft) place(ed *edit, p Place) error {
	all := d.gather(ed.stream, ed.entity, listOf(ed.stream, ed.entity, ed.now).parent, ed.id)
	var lo, hi *sibling
	switch {
	case p.First:
		hi = least(all, nil)
	case p.After != "":
		i, err := d.neighbour(ed, all, p.After, "after")
		if err != nil {
			return err
		}
		lo, hi = &all[i], least(all, &all[i])
	case p.Before != "":
		i, err := d.neighbour(ed, all, p.Before, "before")
		if err != nil {
			return err
		}
		lo, hi = greatest(all, &all[i]), &all[i]
	default:
		lo = greatest(all, nil)
	}
	d.insert(ed, all, lo, hi)
	return nil
}

// least returns the first of all that is behind bound; a nil bound is the head
// of the list. Nil means that there is none.
func least(all []sibling, bound *sibling) (found *sibling) {
	for i := range all {
		sib := &all[i]
		if (bound == nil || compareSiblings(*sib, *bound) > 0) && (found == nil || compareSiblings(*sib, *found) < 0) {
			found = sib
		}
	}
	return found
}

// greatest returns the last of all that is before bound; a nil bound is the end
// of the list. Nil means that there is none.
func greatest(all []sibling, bound *sibling) (found *sibling) {
	for i := range all {
		sib := &all[i]
		if (bound == nil || compareSiblings(*sib, *bound) < 0) && (found == nil || compareSiblings(*sib, *found) > 0) {
			found = sib
		}
	}
	return found
}

// neighbour returns the index of the named record in the list.
func (d *draft) neighbour(ed *edit, all []sibling, id RecordID, field string) (int, error) {
	if id == ed.id {
		return 0, FieldErrorf(Invalid, field, "a %s cannot be placed beside itself", ed.entity.noun())
	}
	for i, sib := range all {
		if sib.id == id {
			return i, nil
		}
	}
	if _, _, ok := d.find(ed.stream, ed.entity, id); ok {
		return 0, FieldErrorf(Conflict, field, "that %s is in another list now", ed.entity.noun())
	}
	return 0, FieldErrorf(Gone, field, "the %s to place it beside is not there", ed.entity.noun())
}

// insert gives ed a key behind lo and before hi, which stand next to each other;
// nil is an end of the list. When no key is short enough, the whole list is
// rewritten.
func (d *draft) insert(ed *edit, all []sibling, lo, hi *sibling) {
	var from, to string
	if lo != nil {
		from = lo.pos
	}
	if hi != nil {
		to = hi.pos
	}
	if key, ok := keyBetween(from, to); ok && len(key) <= maxKeyOf(ed.stream) {
		d.put(ed, "pos", key)
		return
	}
	delete(ed.now, "pos") // out of the list until rewrite puts it in
	all, at := slices.SortedFunc(slices.Values(all), compareSiblings), len(all)
	if hi != nil { // which points into the unsorted list
		at = slices.Index(all, *hi)
	}
	d.rewrite(slices.Insert(all, at, sibling{recordKey: ed.recordKey}), ed.stream)
}

func maxKeyOf(s Stream) int {
	if s == Shared {
		return maxSharedKey
	}
	return MaxKey
}

// keepPlace gives ed, whose key came from another time or another stream, a key
// of its own at the same place.
func (d *draft) keepPlace(ed *edit) {
	pos, _ := ed.now["pos"].(string)
	all := d.siblings(ed.stream, ed.entity, listOf(ed.stream, ed.entity, ed.now).parent, ed.id)
	at, taken := slices.BinarySearchFunc(all, pos, func(s sibling, pos string) int { return strings.Compare(s.pos, pos) })
	if !taken && validKey(pos) && len(pos) <= maxKeyOf(ed.stream) {
		return
	}
	for at < len(all) && all[at].pos == pos {
		at++ // behind all that have the key
	}
	var lo, hi *sibling
	if at > 0 {
		lo = &all[at-1]
	}
	if at < len(all) {
		hi = &all[at]
	}
	d.insert(ed, all, lo, hi)
}

// rewrite gives every record of a list that stream s may write a new key, in
// the order of all. The shared list takes the private records that stand in it
// along, each stream's in its own commit; a private list leaves shared keys alone.
func (d *draft) rewrite(all []sibling, s Stream) {
	if s != Shared {
		d.fillGaps(all)
		return
	}
	entity, parent := all[0].entity, d.parentOf(all[0].recordKey)
	merged := map[Stream][]sibling{}
	for _, side := range []Stream{Seller, Buyer} {
		if len(d.ownSiblings(nil, side, entity, parent, "")) > 0 {
			merged[side] = d.siblings(side, entity, parent, "")
		}
	}
	keys, _ := evenKeys("", "", len(all)) // open ends always have room
	for i := range all {
		all[i].pos = keys[i]
		d.put(d.edit(Shared, entity, all[i].id), "pos", keys[i])
	}
	for _, side := range []Stream{Seller, Buyer} {
		if list := merged[side]; list != nil {
			d.fillGaps(interleave(all, list))
		}
	}
}

func (d *draft) parentOf(key recordKey) RecordID {
	f, _ := d.fields(key.stream, key.entity, key.id)
	return listOf(key.stream, key.entity, f).parent
}

// interleave returns the shared list with the private records of merged, each
// behind the shared record that it was behind.
func interleave(shared, merged []sibling) []sibling {
	behind := map[RecordID][]sibling{}
	last := RecordID("")
	for _, sib := range merged {
		if sib.stream == Shared {
			last = sib.id
		} else {
			behind[last] = append(behind[last], sib)
		}
	}
	out := append(make([]sibling, 0, len(shared)+len(merged)), behind[""]...)
	for _, sib := range shared {
		out = append(append(out, sib), behind[sib.id]...)
	}
	return out
}

// fillGaps gives the private records of a list keys evenly between those of the
// shared records around them.
func (d *draft) fillGaps(all []sibling) {
	lo := ""
	for i := 0; i < len(all); {
		if all[i].stream == Shared {
			lo = all[i].pos
			i++
			continue
		}
		end := i
		for end < len(all) && all[end].stream != Shared {
			end++
		}
		hi := ""
		if end < len(all) {
			hi = all[end].pos
		}
		for n, key := range gapKeys(lo, hi, end-i) {
			sib := all[i+n]
			d.put(d.edit(sib.stream, sib.entity, sib.id), "pos", key)
		}
		i = end
	}
}

// gapKeys returns n keys between two shared ones. Those are short and ascend,
// so there is room; where a hand in the database made them tie, the keys go
// behind the first.
func gapKeys(lo, hi string, n int) []string {
	keys, ok := evenKeys(lo, hi, n)
	if !ok {
		keys, ok = evenKeys(lo, "", n)
	}
	if !ok {
		keys, _ = evenKeys("", "", n)
	}
	return keys
}
