package room

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// templateFiles holds one file per template, named by its slug.
//
//go:embed templates/*.json
var templateFiles embed.FS

// template is a plan with offsets and role slots instead of dates and people.
type template struct {
	Name      string          `json:"name"`
	RoleSlots []templateSlot  `json:"role_slots"`
	Phases    []templatePhase `json:"phases"`
}

type templateSlot struct {
	Key   string `json:"key"` // names the slot within the template
	Side  string `json:"side"`
	Label string `json:"label"`
}

type templatePhase struct {
	Name       string              `json:"name"`
	Milestones []templateMilestone `json:"milestones"`
}

type templateMilestone struct {
	Key         string `json:"key"` // names the milestone within the template
	Title       string `json:"title"`
	Description string `json:"description"`
	SellerOwner string `json:"seller_owner"` // key of a role slot, "" for none
	BuyerOwner  string `json:"buyer_owner"`
	// OffsetDays counts days from go-live that both companies work on: -5 is a
	// week before.
	OffsetDays   int                 `json:"offset_days"`
	DurationDays int                 `json:"duration_days"`
	GoLive       bool                `json:"go_live"`
	WaitsFor     []string            `json:"waits_for"` // keys of milestones
	Criteria     []templateCriterion `json:"criteria"`
	Tasks        []templateTask      `json:"tasks"`
}

type templateCriterion struct {
	Text      string `json:"text"`
	Measure   string `json:"measure"`
	Target    string `json:"target"`
	ConfirmBy string `json:"confirm_by"`
}

type templateTask struct {
	Title string `json:"title"`
	Owner string `json:"owner"` // key of a role slot
}

// templates maps every template to its slug.
var templates = func() map[string]*template {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // "templates" is a constant, embedded path
	}
	out := map[string]*template{}
	for _, file := range files {
		body, err := templateFiles.ReadFile("templates/" + file.Name())
		if err != nil {
			panic(err) // the path was just listed
		}
		t := &template{}
		if err := json.Unmarshal(body, t); err != nil {
			panic(fmt.Sprintf("room: template %s: %v", file.Name(), err)) // a constant of this build
		}
		out[strings.TrimSuffix(file.Name(), ".json")] = t
	}
	return out
}()

// TemplateSlugs returns the names of the templates, sorted.
func TemplateSlugs() []string { return slices.Sorted(maps.Keys(templates)) }

// applyTemplate fills an empty plan. Dates follow from the go-live of the op,
// else from the room's; without one they stay empty and the offsets are kept.
func applyTemplate(d *draft, op *Op) error {
	t := templates[op.Template]
	if t == nil {
		return FieldErrorf(Invalid, "template", "there is no such template; use %s", anyOf(TemplateSlugs()))
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
	err        error // the first
}

func (f *filler) fill(t *template) {
	for _, slot := range t.RoleSlots {
		f.slots[slot.Key] = f.slot(slot)
	}
	for _, phase := range t.Phases {
		id := f.add(Phase, Fields{"name": phase.Name})
		for i := range phase.Milestones {
			f.milestone(id, &phase.Milestones[i])
		}
	}
	for _, phase := range t.Phases {
		for _, m := range phase.Milestones {
			for _, from := range m.WaitsFor {
				f.add(Dependency, Fields{"from": f.milestones[from], "to": f.milestones[m.Key]})
			}
		}
	}
}

// slot returns the role slot of that side and label, made when it is not there.
// Of several it is the one with the least id.
func (f *filler) slot(slot templateSlot) string {
	found := ""
	for id := range f.draft.plan.Streams[Shared][RoleSlot] {
		have, ok := f.draft.live(Shared, RoleSlot, id)
		if ok && have["side"] == slot.Side && have["label"] == slot.Label && (found == "" || string(id) < found) {
			found = string(id)
		}
	}
	if found != "" {
		return found
	}
	return f.add(RoleSlot, Fields{"side": slot.Side, "label": slot.Label})
}

func (f *filler) milestone(phase string, m *templateMilestone) {
	set := Fields{
		"phase": phase, "title": m.Title, "offset_days": int64(m.OffsetDays), "duration_days": int64(m.DurationDays),
		"description": text(m.Description), "seller_owner": text(f.slots[m.SellerOwner]), "buyer_owner": text(f.slots[m.BuyerOwner]),
	}
	if m.GoLive {
		set["is_go_live"] = true
	}
	if f.goLive != "" {
		goLive, _ := parseDay(f.goLive)
		set["due"] = f.calendar.add(goLive, m.OffsetDays).String()
	}
	id := f.add(Milestone, set)
	f.milestones[m.Key] = id
	for _, c := range m.Criteria {
		f.add(Criterion, Fields{
			"milestone": id, "text": c.Text,
			"measure": text(c.Measure), "target": text(c.Target), "confirm_by": text(c.ConfirmBy),
		})
	}
	for _, t := range m.Tasks {
		f.add(Task, Fields{"milestone": id, "title": t.Title, "owner": text(f.slots[t.Owner])})
	}
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
