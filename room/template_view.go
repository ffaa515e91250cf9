package room

import (
	"cmp"
	"slices"
)

// TemplateStep is one step of the plan that a template would make.
type TemplateStep struct {
	Phase       string
	Title       string
	Description string
	SellerOwner string // the role's label, "" for none
	BuyerOwner  string
	OffsetDays  *int   // working days from go-live, nil for a step without a date
	Start       string // "" without a go-live
	Due         string
	GoLive      bool
	// Past is how many working days ago the step had to begin, 0 when it is not
	// too late.
	Past     int
	Criteria []string
	Tasks    []TemplateWork
}

// TemplateWork is what one role has to do.
type TemplateWork struct {
	Side  string
	Role  string
	Title string
}

// TemplatePart is what one side has to do in one step.
type TemplatePart struct {
	Step  string // the step's title
	Role  string // "" when only tasks are that side's
	Start string
	Due   string
	Tasks []TemplateWork
}

// TemplatePlan is the plan that a template would make.
type TemplatePlan struct {
	Steps  []TemplateStep
	Seller []TemplatePart // by date
	Buyer  []TemplatePart
}

// Plan returns what [FirstRequest] would make of the template in a room with
// the fields of room: its companies, calendars and go-live. Today is the room's
// today, "" when it does not count.
func (t *Template) Plan(room Fields, today string) TemplatePlan {
	v := &viewer{words: &filler{words: companyWords(room)}, calendars: calendarsOf(room), slots: map[string]TemplateSlot{}}
	v.goLive, v.dated = parseDay(room["go_live"])
	v.today, v.compare = parseDay(text(today))
	for _, s := range t.RoleSlots {
		s.Label = v.words.say(s.Label, MaxTitle)
		v.slots[s.Key] = s
	}
	out := TemplatePlan{}
	for _, p := range t.Phases {
		for i := range p.Milestones {
			step := v.step(&p.Milestones[i])
			step.Phase = v.words.say(p.Name, MaxTitle)
			out.Steps = append(out.Steps, step)
		}
	}
	out.Seller, out.Buyer = parts(out.Steps, string(SideSeller)), parts(out.Steps, string(SideBuyer))
	return out
}

// viewer reads a template as a plan.
type viewer struct {
	words     *filler
	calendars calendars
	slots     map[string]TemplateSlot
	goLive    day
	dated     bool
	today     day
	compare   bool // today counts
}

func (v *viewer) step(m *TemplateMilestone) TemplateStep {
	s := TemplateStep{
		Title: v.words.say(m.Title, MaxTitle), Description: v.words.say(m.Description, MaxText), OffsetDays: m.OffsetDays, GoLive: m.GoLive,
		SellerOwner: v.slots[m.SellerOwner].Label, BuyerOwner: v.slots[m.BuyerOwner].Label,
	}
	for _, c := range m.Criteria {
		s.Criteria = append(s.Criteria, v.words.say(c.Text, maxCriterion))
	}
	for _, t := range m.Tasks {
		slot := v.slots[t.Owner]
		s.Tasks = append(s.Tasks, TemplateWork{Side: slot.Side, Role: slot.Label, Title: v.words.say(t.Title, MaxTitle)})
	}
	if !v.dated || m.OffsetDays == nil {
		return s
	}
	due := v.calendars[boths].add(v.goLive, *m.OffsetDays)
	calendar := v.calendars[whoseIs(Shared, Fields{"seller_owner": text(s.SellerOwner), "buyer_owner": text(s.BuyerOwner)})]
	start := calendar.start(due, m.DurationDays)
	s.Start, s.Due = start.String(), due.String()
	if v.compare && start < v.today {
		s.Past = calendar.between(start-1, v.today-1)
	}
	return s
}

// parts lists what a side has to do, what begins first at the top.
func parts(steps []TemplateStep, side string) []TemplatePart {
	out := []TemplatePart{}
	for _, s := range steps {
		p := TemplatePart{Step: s.Title, Role: s.SellerOwner, Start: s.Start, Due: s.Due}
		if side == string(SideBuyer) {
			p.Role = s.BuyerOwner
		}
		for _, t := range s.Tasks {
			if t.Side == side {
				p.Tasks = append(p.Tasks, t)
			}
		}
		if p.Role != "" || len(p.Tasks) > 0 {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b TemplatePart) int { return cmp.Compare(a.Due, b.Due) })
	return out
}
