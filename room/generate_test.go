package room

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// Ops of the property test, each drawn as somebody might send it: mostly sound,
// sometimes about records that are elsewhere, removed or of another person.

// randomKinds lists the kinds, the more interesting ones more than once.
var randomKinds = func() []Kind {
	out := []Kind{"milestone.add", "milestone.add", "milestone.move", "milestone.move", "task.move", "dependency.add", "dependency.add",
		"milestone.update", "milestone.update", "task.add", "room.update", KindPlanAccept, KindPlanAccept, KindDateAccept, KindDateCounter, KindDatePropose, KindReschedule, KindMilestoneWithdraw, KindMilestonePublish, KindMilestonePublish}
	for kind, r := range rules {
		if !r.internal && !r.unsent && kind != "participant.remove" && kind != KindRevoke {
			out = append(out, kind)
		}
	}
	slices.Sort(out)
	return out
}()

func (m *machine) op(by Member, s Stream) Op {
	kind := rapid.SampledFrom(randomKinds).Draw(m.t, "kind")
	if kind == KindMilestonePublish && m.shadow != nil && s == Seller {
		kind = "milestone.update" // what was private would be seen
	}
	if rules[kind].shape == shiftShape && s != Shared {
		kind = KindReschedule // a shift is of the plan that everybody sees
	}
	if slices.ContainsFunc(agreementRules, func(r rule) bool { return r.kind == kind }) && s != Shared {
		kind = "milestone.update" // agreement is shared by all
	}
	r := rules[kind]
	m.stream = s
	op := Op{Kind: kind}
	switch r.shape {
	case addShape:
		m.next++
		op.ID, op.Set, op.Place = uid(m.next), m.set(r), m.place(r.entity)
		m.ids[r.entity] = append(m.ids[r.entity], op.ID)
	case updateShape:
		op.ID, op.Set = m.id(r.entity), m.set(r)
	case roomShape:
		op.Set = m.set(r)
		if s != Shared {
			op.Set = Fields{"amount": m.maybe("1.00")}
		}
	case moveShape:
		op.ID, op.Place = m.id(r.entity), m.place(r.entity)
		if parent := SchemaOf(r.entity).Parent; parent != "" && rapid.Bool().Draw(m.t, "into") {
			op.Into = m.id(Entity(parent))
		}
	case idShape:
		op.ID = m.id(r.entity)
	case completeShape:
		op.ID = m.id(Milestone)
		if rapid.Bool().Draw(m.t, "override") {
			why := "because"
			op.Override = &why
		}
	case rescheduleShape:
		op.ID, op.Due, op.Push = m.id(Milestone), m.day(), rapid.Bool().Draw(m.t, "push")
		op.Unilateral, op.Reason = rapid.Bool().Draw(m.t, "unilateral"), m.reason()
	case shiftShape:
		op.Due, op.Mode = fmt.Sprintf("2026-%02d-15", rapid.IntRange(5, 12).Draw(m.t, "month")), rapid.SampledFrom(shiftModes).Draw(m.t, "mode")
	case proposeShape:
		m.next++
		op.ID, op.Milestone, op.To, op.Reason = uid(m.next), m.id(Milestone), m.day(), m.reason()
		m.ids[DateProposal] = append(m.ids[DateProposal], op.ID)
	case counterShape:
		op.ID, op.To, op.Reason = m.proposal(), m.day(), m.reason()
	case answerShape:
		op.ID, op.Reason = m.proposal(), m.reason()
	case acceptShape:
		op.ID, op.Reason = m.proposal(), m.reason()
		op.Push, op.Unilateral = rapid.Bool().Draw(m.t, "push"), rapid.Bool().Draw(m.t, "unilateral")
	case agreeShape:
		op.Rev = max(1, m.w.plan.Revs[Shared]-Rev(rapid.SampledFrom([]int{0, 0, 0, 1, -1, 5}).Draw(m.t, "unread")))
	case baselineShape:
		op.Name = "Before the call"
	case templateShape:
		op.Template = rapid.SampledFrom(TemplateSlugs()).Draw(m.t, "template")
		op.GoLive = rapid.SampledFrom([]string{"", m.day()}).Draw(m.t, "go_live")
	case undoShape:
		op.Rev = Rev(rapid.IntRange(1, int(m.w.plan.Revs[s])+1).Draw(m.t, "rev"))
	default:
		m.t.Fatalf("%s has the unknown shape %d", kind, r.shape)
	}
	return op
}

// id draws a record: most often one that lives in the op's stream, or in the
// shared one where that has none.
func (m *machine) id(e Entity) RecordID {
	if rapid.IntRange(0, 5).Draw(m.t, "any") > 0 {
		for _, s := range []Stream{m.stream, Shared} {
			var live []RecordID
			for id, rec := range m.w.plan.Streams[s][e] {
				if rec.Fields["removed"] != true && !(recordKey{s, e, id}).satellite() {
					live = append(live, id)
				}
			}
			if len(live) > 0 {
				slices.Sort(live)
				return rapid.SampledFrom(live).Draw(m.t, string(e))
			}
		}
	}
	if ids := m.ids[e]; len(ids) > 0 {
		return rapid.SampledFrom(ids).Draw(m.t, string(e))
	}
	return uid(0xdead)
}

func (m *machine) day() string {
	return fmt.Sprintf("2026-0%d-15", rapid.IntRange(1, 9).Draw(m.t, "month"))
}

// proposal draws a proposal, most often one that is still open.
func (m *machine) proposal() RecordID {
	var open []RecordID
	for id, rec := range m.w.plan.Streams[Shared][DateProposal] {
		if rec.Fields["removed"] != true && rec.Fields["state"] == proposalOpen {
			open = append(open, id)
		}
	}
	if len(open) == 0 || rapid.IntRange(0, 5).Draw(m.t, "answered") == 0 {
		return m.id(DateProposal)
	}
	slices.Sort(open)
	return rapid.SampledFrom(open).Draw(m.t, "proposal")
}

func (m *machine) reason() string {
	return rapid.SampledFrom([]string{"", "the auditor is away"}).Draw(m.t, "reason")
}

func (m *machine) maybe(v Value) Value {
	return rapid.SampledFrom([]Value{v, v, nil}).Draw(m.t, "value")
}

func (m *machine) place(e Entity) Place {
	if !SchemaOf(e).Ordered {
		return Place{}
	}
	switch rapid.IntRange(0, 4).Draw(m.t, "place") {
	case 0:
		return Place{Set: true, First: true}
	case 1:
		return Place{Set: true, Last: true}
	case 2:
		return Place{Set: true, After: m.id(e)}
	case 3:
		return Place{Set: true, Before: m.id(e)}
	default:
		return Place{}
	}
}

// set draws fields that an op of the rule may set.
func (m *machine) set(r *rule) Fields {
	set := Fields{}
	k := SchemaOf(r.entity)
	for i := range k.Fields {
		f := &k.Fields[i]
		if _, err := r.checkField(k, f, nil); err != nil && !f.Required || f.Server {
			continue
		}
		must := r.shape == addShape && f.Required
		if r.shape != addShape && (f.Name == k.Parent || f.Type == On) || !must && rapid.IntRange(0, 2).Draw(m.t, f.Name) > 0 {
			continue
		}
		v := m.value(f)
		if v == nil && f.Required {
			continue
		}
		set[f.Name] = v
	}
	return set
}

func (m *machine) value(f *Field) Value {
	switch f.Type {
	case Text:
		if f.Name == "email" {
			return m.maybe("a@b.example")
		}
		return m.maybe(rapid.SampledFrom([]string{"x", "Æ 契約 😀", `"\`}).Draw(m.t, "text"))
	case Prose:
		return m.maybe("a\nb")
	case Day:
		return m.maybe(m.day())
	case Int:
		return m.maybe(int64(rapid.IntRange(max(f.Min, -5), 5).Draw(m.t, "int")))
	case Bool:
		return rapid.SampledFrom([]Value{true, false, nil}).Draw(m.t, "bool")
	case Enum:
		if f.Name == "access" {
			return rapid.SampledFrom([]Value{"editor", "editor", "owner"}).Draw(m.t, "access")
		}
		if f.Name == "status" && slices.Contains(f.Of, "archived") {
			return rapid.SampledFrom([]Value{"draft", "active", "won"}).Draw(m.t, "status")
		}
		return rapid.SampledFrom(f.Of).Draw(m.t, "enum")
	case Ref:
		return m.maybe(string(m.id(rapid.SampledFrom(f.To).Draw(m.t, "to"))))
	case RefList:
		return m.maybe([]string{string(m.id(f.To[0]))})
	case On:
		e := rapid.SampledFrom(commentable).Draw(m.t, "on")
		return m.maybe(Target{e, m.id(e)})
	case Zone:
		return "Asia/Tokyo"
	case Weekdays:
		return rapid.SampledFrom([]Value{nil, []string{}, []string{"fri", "sat"}, []string{"mon", "sun"}}).Draw(m.t, "weekend")
	case Days:
		return rapid.SampledFrom([]Value{nil, []string{"2026-05-14", "2026-05-15"}}).Draw(m.t, "holidays")
	case Money:
		return m.maybe("125000.00")
	default:
		m.t.Fatalf("%s has the unknown type %d", f.Name, f.Type)
		return nil
	}
}
