package room

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// applyTemplate fills an empty plan. Dates follow from the go-live of the op,
// else from the room's; without one they stay empty and the offsets are kept.
func applyTemplate(d *draft, op *Op) error {
	t, refused := templateOf(op)
	if refused != nil {
		return refused
	}
	if d.count(Shared, Milestone) > 0 {
		return FieldErrorf(Conflict, "template", "the plan has milestones already; a template needs an empty one")
	}
	goLive := op.GoLive
	if goLive == "" {
		goLive, _ = d.before.goLive.(string)
	}
	_, room, _ := d.room()
	f := &filler{draft: d, goLive: goLive, calendar: calendarsOf(room)[boths], slots: map[string]string{}, milestones: map[string]string{}}
	f.words = companyWords(room)
	f.fill(t)
	return f.err
}

// filler lays a template over a draft.
type filler struct {
	draft      *draft
	goLive     string
	calendar   *calendar
	slots      map[string]string // id by key
	milestones map[string]string
	words      *strings.Replacer // {buyer} and {seller}
	err        error             // the first
}

func (f *filler) fill(t *Template) {
	for _, slot := range t.RoleSlots {
		f.slots[slot.Key] = f.slot(slot)
	}
	for _, phase := range t.Phases {
		id := f.add(Phase, Fields{"name": f.say(phase.Name, MaxTitle)})
		for i := range phase.Milestones {
			f.milestone(id, &phase.Milestones[i])
		}
	}
	for _, phase := range t.Phases {
		for _, m := range phase.Milestones {
			for _, w := range m.WaitsFor {
				f.wait(w, f.milestones[m.Key])
			}
		}
	}
}

// slot returns the role slot of that side and label, made when it is not there.
// Of several it is the one with the least id.
func (f *filler) slot(slot TemplateSlot) string {
	label := f.say(slot.Label, MaxTitle)
	found := ""
	for id := range f.draft.plan.Streams[Shared][RoleSlot] {
		have, ok := f.draft.live(Shared, RoleSlot, id)
		if ok && have["side"] == slot.Side && have["label"] == label && (found == "" || string(id) < found) {
			found = string(id)
		}
	}
	if found != "" {
		return found
	}
	return f.add(RoleSlot, Fields{"side": slot.Side, "label": label})
}

func (f *filler) milestone(phase string, m *TemplateMilestone) {
	set := Fields{
		"phase": phase, "title": f.say(m.Title, MaxTitle), "description": text(f.say(m.Description, MaxText)),
		"seller_owner": text(f.slots[m.SellerOwner]), "buyer_owner": text(f.slots[m.BuyerOwner]),
	}
	if m.DurationDays > 0 {
		set["duration_days"] = int64(m.DurationDays)
	}
	if m.GoLive {
		set["is_go_live"] = true
	}
	if m.OffsetDays != nil {
		set["offset_days"] = int64(*m.OffsetDays)
		if goLive, dated := parseDay(text(f.goLive)); dated {
			set["due"] = f.calendar.add(goLive, *m.OffsetDays).String()
		}
	}
	id := f.add(Milestone, set)
	f.milestones[m.Key] = id
	for _, c := range m.Criteria {
		f.add(Criterion, Fields{
			"milestone": id, "text": f.say(c.Text, maxCriterion), "confirm_by": text(c.ConfirmBy),
			"measure": text(f.say(c.Measure, MaxTitle)), "target": text(f.say(c.Target, MaxTitle)),
		})
	}
	for _, t := range m.Tasks {
		f.add(Task, Fields{"milestone": id, "title": f.say(t.Title, MaxTitle), "owner": text(f.slots[t.Owner])})
	}
}

func (f *filler) wait(w TemplateWait, to string) {
	set := Fields{"from": f.milestones[w.For], "to": to}
	if w.LagDays != 0 {
		set["lag_days"] = int64(w.LagDays)
	}
	if w.Optional {
		set["required"] = false
	}
	f.add(Dependency, set)
}

// companyWords puts the names of the room's companies into a template's texts.
func companyWords(room Fields) *strings.Replacer {
	buyer, _ := room["buyer_company"].(string)
	seller, _ := room["seller_company"].(string)
	return strings.NewReplacer("{buyer}", buyer, "{seller}", seller)
}

// say is a text of the template in this room, cut to what its field holds: a
// company may have a long name.
func (f *filler) say(s string, most int) string {
	s = f.words.Replace(s)
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// text is s as a field's value: absent when empty.
func text(s string) Value {
	if s == "" {
		return nil
	}
	return s
}

// add makes a record at the end of its list and returns its id.
func (f *filler) add(e Entity, set Fields) string {
	if f.err != nil {
		return ""
	}
	id := f.draft.newID()
	ed, err := f.draft.create(e, id)
	if err == nil {
		err = f.draft.setFields(ed, set)
	}
	if err == nil {
		f.draft.fillIn(ed)
		if SchemaOf(e).Ordered {
			err = f.draft.place(ed, Place{})
		}
	}
	f.err = err
	return string(id)
}

// newID returns an id that follows from the op's own, so that judging the op
// again makes the same records.
func (d *draft) newID() RecordID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d", d.plan.Room, d.stamp.Client, d.stamp.Seq, d.made))
	d.made++
	sum[6] = sum[6]&0x0f | 0x80 // version 8, RFC 9562 §5.8
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return RecordID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}
