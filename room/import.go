package room

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ImportRow is one line of a table that becomes a milestone. Every text may be
// empty but the title.
type ImportRow struct {
	Title       string
	Phase       string // "": that of the row before
	Description string
	Due         string // a day
	Status      string // a milestone's; "" for not_started
	SellerOwner string // a person's name, or a role's label
	BuyerOwner  string
	Owner       string // of a side that the name tells; else of OwnerSide
	OwnerSide   string
}

// importPhase takes rows before which no phase is named.
const importPhase = "Imported"

// applyImport adds a milestone for every row, at the end of its phase: all of
// them or none, also above what a group may hold. Phases, people and roles that
// the plan has are used, phases and roles that it lacks are made.
func applyImport(d *draft, op *Op) error {
	if d.stream != Shared {
		return FieldErrorf(Invalid, "stream", "a table is imported into the stream shared")
	}
	if len(op.Rows) == 0 {
		return FieldErrorf(Invalid, "rows", "there is no row to import")
	}
	i := &importer{filler: &filler{draft: d}, phases: map[string]string{}, owners: map[string]string{}}
	i.learn()
	phase := ""
	for n := range op.Rows {
		row := &op.Rows[n]
		if faults := row.Check(); faults != nil {
			return under("rows["+strconv.Itoa(n)+"]", faults[slices.Min(slices.Collect(maps.Keys(faults)))])
		}
		if row.Phase != "" || phase == "" {
			phase = i.phase(row.Phase)
		}
		i.milestone(phase, row)
		if i.filler.err != nil {
			return under("rows["+strconv.Itoa(n)+"]", refusal(i.filler.err))
		}
	}
	return nil
}

// importer lays rows over a draft.
type importer struct {
	filler *filler
	phases map[string]string // id by name, folded
	owners map[string]string // id by side and name, folded
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// learn finds what the plan has already; of two of a name the one with the least id.
func (i *importer) learn() {
	plan := i.filler.draft.plan
	note := func(m map[string]string, key string, id RecordID) {
		if have, ok := m[key]; !ok || string(id) < have {
			m[key] = string(id)
		}
	}
	for id, rec := range plan.Streams[Shared][Phase] {
		if name, _ := rec.Fields["name"].(string); rec.Fields["removed"] != true {
			note(i.phases, fold(name), id)
		}
	}
	for id, rec := range plan.Streams[Shared][RoleSlot] {
		side, _ := rec.Fields["side"].(string)
		if label, _ := rec.Fields["label"].(string); rec.Fields["removed"] != true {
			note(i.owners, side+"\n"+fold(label), id)
		}
	}
	people := map[string]string{} // a person goes before a role of that name
	for id, rec := range plan.Streams[Shared][Participant] {
		side, _ := rec.Fields["side"].(string)
		if name, _ := rec.Fields["name"].(string); rec.Fields["removed"] != true && inRoom(rec.Fields) {
			note(people, side+"\n"+fold(name), id)
		}
	}
	for key, id := range people {
		i.owners[key] = id
	}
}

func (i *importer) phase(name string) string {
	if name == "" {
		name = importPhase
	}
	if id, ok := i.phases[fold(name)]; ok {
		return id
	}
	id := i.filler.add(Phase, Fields{"name": name})
	i.phases[fold(name)] = id
	return id
}

func (i *importer) milestone(phase string, row *ImportRow) {
	set := Fields{"phase": phase, "title": row.Title, "description": text(row.Description), "due": text(row.Due)}
	i.own(set, "seller", row.SellerOwner)
	i.own(set, "buyer", row.BuyerOwner)
	if row.Owner != "" {
		i.own(set, i.sideOf(row), row.Owner)
	}
	if row.Status != "" && row.Status != "done" {
		set["status"] = row.Status
	}
	id := i.filler.add(Milestone, set)
	if row.Status != "done" || i.filler.err != nil {
		return
	}
	d := i.filler.draft
	ed := d.edit(Shared, Milestone, RecordID(id))
	d.put(ed, "status", "done") // it has no criteria yet that could be unmet
	d.put(ed, "completed_at", d.at)
	if d.stamp.By.ID != "" {
		d.put(ed, "completed_by", string(d.stamp.By.ID))
	}
}

// sideOf says which side an owner is of, by the names that the room knows.
func (i *importer) sideOf(row *ImportRow) string {
	for _, side := range companySides {
		if _, ok := i.owners[side+"\n"+fold(row.Owner)]; ok {
			return side
		}
	}
	if slices.Contains(companySides, row.OwnerSide) {
		return row.OwnerSide
	}
	return string(SideBuyer)
}

// own gives the milestone an owner on a side: who has that name, or a role slot.
func (i *importer) own(set Fields, side, name string) {
	if name == "" || set[side+"_owner"] != nil {
		return
	}
	key := side + "\n" + fold(name)
	id, ok := i.owners[key]
	if !ok {
		id = i.filler.add(RoleSlot, Fields{"side": side, "label": name})
		i.owners[key] = id
	}
	set[side+"_owner"] = text(id)
}

// Check returns why a row cannot become a milestone, by the row's field:
// "title", "due"; nil when it can.
func (r *ImportRow) Check() map[string]*Error {
	var out map[string]*Error
	fault := func(field string, err *Error) {
		if err == nil {
			return
		}
		if out == nil {
			out = map[string]*Error{}
		}
		out[field] = about(field, err)
	}
	for _, c := range []struct {
		field string
		e     Entity
		name  string
		value string
	}{
		{"title", Milestone, "title", r.Title}, {"phase", Phase, "name", r.Phase}, {"description", Milestone, "description", r.Description},
		{"due", Milestone, "due", r.Due}, {"status", Milestone, "status", r.Status}, {"owner", RoleSlot, "label", r.Owner},
		{"seller_owner", RoleSlot, "label", r.SellerOwner}, {"buyer_owner", RoleSlot, "label", r.BuyerOwner},
	} {
		if c.value == "" && c.field != "title" {
			continue
		}
		_, err := SchemaOf(c.e).Field(c.name).CheckValue(c.value)
		fault(c.field, err)
	}
	return out
}
