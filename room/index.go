package room

// list names the records of one entity under one parent in one stream.
type list struct {
	stream Stream
	entity Entity
	parent RecordID
}

// kindOf names all records of one entity in one stream.
type kindOf struct {
	stream Stream
	entity Entity
}

// index finds records without a walk over the plan. It is made when first
// needed and follows every [Plan.Fold].
type index struct {
	lists  map[list]map[*Record]struct{} // by parent, removed ones included
	live   map[kindOf]int                // records that are not removed
	total  map[kindOf]int                // all records
	anchor map[RecordID]struct{}         // shared milestones flagged is_go_live
}

// indexed returns the plan's index. Whoever filled the plan by hand may have
// done so after the index was made; the totals tell.
func (p *Plan) indexed() *index {
	if p.index != nil && p.index.covers(p) {
		return p.index
	}
	x := &index{
		lists:  map[list]map[*Record]struct{}{},
		live:   map[kindOf]int{},
		total:  map[kindOf]int{},
		anchor: map[RecordID]struct{}{},
	}
	for s, state := range p.Streams {
		for e, records := range state {
			for _, rec := range records {
				x.enter(s, e, rec)
			}
		}
	}
	p.index = x
	return x
}

func (x *index) covers(p *Plan) bool {
	for s, state := range p.Streams {
		for e, records := range state {
			if x.total[kindOf{s, e}] != len(records) {
				return false
			}
		}
	}
	return true
}

// listField is the field that names the list a record of e is found under: its
// parent, for a dependency the milestone that others wait for.
func listField(e Entity) string {
	if e == Dependency {
		return "from"
	}
	if k := SchemaOf(e); k != nil {
		return k.Parent
	}
	return ""
}

func listOf(s Stream, e Entity, f Fields) list {
	parent, _ := f[listField(e)].(string)
	return list{s, e, RecordID(parent)}
}

// concerns reports whether a change to a record moves it within the index.
func (x *index) concerns(c *Change, rec *Record) bool {
	if x == nil {
		return false
	}
	if len(rec.Fields) == 0 { // a new one
		return true
	}
	for _, name := range [...]string{"removed", "is_go_live", listField(c.Entity)} {
		if _, ok := c.Set[name]; ok {
			return true
		}
	}
	return false
}

// enter adds a record as it is now.
func (x *index) enter(s Stream, e Entity, rec *Record) {
	l := listOf(s, e, rec.Fields)
	if x.lists[l] == nil {
		x.lists[l] = map[*Record]struct{}{}
	}
	x.lists[l][rec] = struct{}{}
	x.total[kindOf{s, e}]++
	if rec.Fields["removed"] != true {
		x.live[kindOf{s, e}]++
	}
	if e == Milestone && s == Shared && rec.Fields["is_go_live"] == true {
		x.anchor[rec.ID] = struct{}{}
	}
}

// leave takes a record out, as it was when it entered. One that never entered
// changes nothing.
func (x *index) leave(s Stream, e Entity, rec *Record) {
	l := listOf(s, e, rec.Fields)
	if _, ok := x.lists[l][rec]; !ok {
		return
	}
	delete(x.lists[l], rec)
	if len(x.lists[l]) == 0 {
		delete(x.lists, l)
	}
	x.total[kindOf{s, e}]--
	if rec.Fields["removed"] != true {
		x.live[kindOf{s, e}]--
	}
	if e == Milestone && s == Shared {
		delete(x.anchor, rec.ID)
	}
}
