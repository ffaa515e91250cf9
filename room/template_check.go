package room

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// ParseTemplate reads a template as it is stored, strictly. The error is an
// [*Error] that names the place at fault.
func ParseTemplate(body []byte) (*Template, error) {
	if _, err := parseTree(body, len(body)); err != nil {
		return nil, err
	}
	t := &Template{}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(t); err != nil {
		return nil, Errorf(Invalid, "this is not a template: %v", err)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// check returns why the template would not make a plan.
func (t *Template) check() *Error {
	c := &templateCheck{slots: map[string]string{"": ""}, place: map[string]int{}}
	c.text(RoomEntity, "name", "name", t.Name)
	if len(t.Phases) == 0 || len(t.Phases) > MaxPhases {
		c.fault("phases", "a template has 1 to %d phases", MaxPhases)
	}
	if n := t.Steps(); n == 0 || n > MaxMilestones {
		c.fault("phases", "a template has 1 to %d milestones", MaxMilestones)
	}
	if len(t.RoleSlots) > MaxRoleSlots {
		c.fault("role_slots", "a template has at most %d role slots", MaxRoleSlots)
	}
	for i, slot := range t.RoleSlots {
		c.slot("role_slots["+strconv.Itoa(i)+"]", slot)
	}
	for i := range t.Phases {
		c.text(Phase, "name", "phases["+strconv.Itoa(i)+"].name", t.Phases[i].Name)
		for j := range t.Phases[i].Milestones {
			c.milestone("phases["+strconv.Itoa(i)+"].milestones["+strconv.Itoa(j)+"]", &t.Phases[i].Milestones[j])
		}
	}
	c.waits(t)
	if c.goLives != 1 {
		c.fault("phases", "a template has one go-live")
	}
	if c.tasks > MaxTasks || c.dependencies > MaxDependencies {
		c.fault("phases", "a template has at most %d tasks and %d dependencies", MaxTasks, MaxDependencies)
	}
	return c.err
}

// templateCheck keeps the first fault.
type templateCheck struct {
	slots               map[string]string // side by key
	place               map[string]int    // of each milestone, by key
	goLives             int
	tasks, dependencies int
	err                 *Error
}

func (c *templateCheck) fault(field, format string, args ...any) {
	if c.err == nil {
		c.err = FieldErrorf(Invalid, field, format, args...)
	}
}

// value checks a value as the field of a record that it will be.
func (c *templateCheck) value(e Entity, field, place string, v any) {
	if _, err := SchemaOf(e).Field(field).CheckValue(v); err != nil {
		c.fault(place, "%s", about(field, err).Message)
	}
}

// text is value for a text that may be left out where the record does not need it.
func (c *templateCheck) text(e Entity, field, place, s string) {
	if s != "" || SchemaOf(e).Field(field).Required {
		c.value(e, field, place, s)
	}
}

func (c *templateCheck) number(field, place string, n int) {
	c.value(Milestone, field, place, json.Number(strconv.Itoa(n)))
}

func (c *templateCheck) slot(place string, s TemplateSlot) {
	if _, twice := c.slots[s.Key]; twice {
		c.fault(place+".key", "the key %q is empty, or there twice", clip(s.Key))
	}
	if s.Side != string(SideSeller) && s.Side != string(SideBuyer) {
		c.fault(place+".side", "a role slot is the seller's or the buyer's")
	}
	c.slots[s.Key] = s.Side
	c.text(RoleSlot, "label", place+".label", s.Label)
}

func (c *templateCheck) milestone(place string, m *TemplateMilestone) {
	if _, twice := c.place[m.Key]; twice || m.Key == "" {
		c.fault(place+".key", "the key %q is empty, or there twice", clip(m.Key))
	}
	c.place[m.Key] = len(c.place)
	c.text(Milestone, "title", place+".title", m.Title)
	c.text(Milestone, "description", place+".description", m.Description)
	c.owner(place+".seller_owner", m.SellerOwner, string(SideSeller))
	c.owner(place+".buyer_owner", m.BuyerOwner, string(SideBuyer))
	if m.OffsetDays != nil {
		c.number("offset_days", place+".offset_days", *m.OffsetDays)
	}
	c.number("duration_days", place+".duration_days", m.DurationDays)
	if m.GoLive {
		c.goLives++
		if m.OffsetDays == nil || *m.OffsetDays != 0 {
			c.fault(place+".offset_days", "the go-live has the offset 0")
		}
	}
	if len(m.Criteria) > MaxCriteria {
		c.fault(place+".criteria", "a milestone has at most %d criteria", MaxCriteria)
	}
	for i, k := range m.Criteria {
		at := place + ".criteria[" + strconv.Itoa(i) + "]"
		c.text(Criterion, "text", at+".text", k.Text)
		c.text(Criterion, "measure", at+".measure", k.Measure)
		c.text(Criterion, "target", at+".target", k.Target)
		c.text(Criterion, "confirm_by", at+".confirm_by", k.ConfirmBy)
	}
	for i, task := range m.Tasks {
		at := place + ".tasks[" + strconv.Itoa(i) + "]"
		c.text(Task, "title", at+".title", task.Title)
		if _, ok := c.slots[task.Owner]; !ok {
			c.fault(at+".owner", "there is no role slot %q", clip(task.Owner))
		}
	}
	c.tasks += len(m.Tasks)
	c.dependencies += len(m.WaitsFor)
}

func (c *templateCheck) owner(place, key, side string) {
	if have, ok := c.slots[key]; !ok || key != "" && have != side {
		c.fault(place, "%q is not a role slot of that side", clip(key))
	}
}

// waits refuses dependencies on nothing, doubled ones, and loops.
func (c *templateCheck) waits(t *Template) {
	from := make([][]int, len(c.place))
	for i, p := range t.Phases {
		for j, m := range p.Milestones {
			place := "phases[" + strconv.Itoa(i) + "].milestones[" + strconv.Itoa(j) + "].waits_for"
			seen := map[string]bool{m.Key: true}
			for _, w := range m.WaitsFor {
				other, ok := c.place[w.For]
				if !ok || seen[w.For] {
					c.fault(place, "%q is no other milestone, or there twice", clip(w.For))
					continue
				}
				seen[w.For] = true
				c.value(Dependency, "lag_days", place, json.Number(strconv.Itoa(w.LagDays)))
				from[c.place[m.Key]] = append(from[c.place[m.Key]], other)
			}
		}
	}
	const visiting, visited = 1, 2
	state := make([]int, len(from))
	var loops func(i int) bool
	loops = func(i int) bool {
		if state[i] != 0 {
			return state[i] == visiting
		}
		state[i] = visiting
		for _, next := range from[i] {
			if loops(next) {
				return true
			}
		}
		state[i] = visited
		return false
	}
	for i := range from {
		if loops(i) {
			c.fault("phases", "the milestones wait for each other in a loop")
			return
		}
	}
}
