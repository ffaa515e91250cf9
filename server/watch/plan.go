package watch

import (
	"cmp"
	"slices"
	"time"

	"parley/room"
)

// Plan is a plan as those who follow it see it: its shared stream, on one day.
type Plan struct {
	Title, Seller, Buyer string
	Purpose, Event       string
	Zone                 *time.Location
	Today                string
	Schedule             room.Schedule
	Phases               []Phase
	All                  []*Milestone // in the order of the plan
	People               []Person
	state                room.State
	byID                 map[room.RecordID]*Milestone
}

// Phase is a phase with what is in it.
type Phase struct {
	Name        string
	Milestones  []*Milestone
	Done, Total int
}

// Milestone is one milestone, ready to be written.
type Milestone struct {
	ID                    room.RecordID
	Title, Text           string
	Status                string
	Due, Agreed           string // days, "" for none
	Slip                  int    // days from the agreed to the due date
	Before                string // "T−39", "" without both dates
	Late, GoLive, Drives  bool
	Buyer, Seller         *Owner
	Blocked               string // why
	Sentence              string // what matters most about it
	Criteria              []Criterion
	TasksDone, TasksTotal int
}

// Open reports whether it is still to be done.
func (m *Milestone) Open() bool { return m.Status != "done" && m.Status != "cancelled" }

// Word and Class are those of its status.
func (m *Milestone) Word() string { return statusWords[m.Status] }

// Class names the colours of its status.
func (m *Milestone) Class() string { return statusClasses[m.Status] }

// Owners lists who owns it, the buyer's side first.
func (m *Milestone) Owners() []*Owner {
	return slices.DeleteFunc([]*Owner{m.Buyer, m.Seller}, func(o *Owner) bool { return o == nil })
}

// Owner is a person, or a role that nobody has yet.
type Owner struct {
	Name, Company string
	Side          room.Side
	Role          bool
}

// Criterion is a statement that makes a milestone done.
type Criterion struct {
	Text, Measure, Target string
	Met                   bool
	MetBy                 string // a name, "" for the workspace itself
	Confirms              string // the company that does, "" for either
}

// Person is somebody in the room.
type Person struct {
	Name, Role, Company string
	Side                room.Side
	Owns                int // open milestones
}

// NewPlan reads the shared stream of p as of an instant.
func NewPlan(p *room.Plan, now time.Time) *Plan {
	view := room.NewView(p, []room.Stream{room.Shared})
	out := &Plan{state: p.Streams[room.Shared], byID: map[room.RecordID]*Milestone{}, Zone: time.UTC}
	for _, rec := range out.state[room.RoomEntity] {
		out.Title, out.Seller, out.Buyer = text(rec, "name"), text(rec, "seller_company"), text(rec, "buyer_company")
		out.Purpose, out.Event = text(rec, "purpose"), text(rec, "compelling_event")
		out.Zone = room.LoadZone(text(rec, "time_zone"))
	}
	out.Today = view.Today(now)
	out.Schedule = view.Schedule(out.Today)
	out.addMilestones()
	out.addPhases()
	out.addPeople()
	return out
}

// Company is the name of a side's company.
func (p *Plan) Company(side room.Side) string {
	switch side {
	case room.SideSeller:
		return p.Seller
	case room.SideBuyer:
		return p.Buyer
	default:
		return ""
	}
}

// Milestone returns one of the plan, nil for none.
func (p *Plan) Milestone(id room.RecordID) *Milestone { return p.byID[id] }

func (p *Plan) addMilestones() {
	criteria, tasks := p.under(room.Criterion), p.under(room.Task)
	for _, s := range p.Schedule.Milestones {
		rec := p.state[room.Milestone][s.ID]
		m := &Milestone{
			ID: s.ID, Title: text(rec, "title"), Text: text(rec, "description"), Status: text(rec, "status"), Due: s.Due, Agreed: s.AgreedDue,
			Late: s.Late, Drives: s.Drives, GoLive: rec.Fields["is_go_live"] == true, Sentence: s.Text,
			Buyer: p.owner(rec, room.SideBuyer), Seller: p.owner(rec, room.SideSeller),
		}
		if m.Status == "blocked" {
			m.Blocked = text(rec, "blocked_reason")
		}
		if s.SlipDays != nil {
			m.Slip = *s.SlipDays
		}
		if s.Due != "" && p.Schedule.GoLive != "" && !m.GoLive {
			m.Before = tMinus(between(s.Due, p.Schedule.GoLive))
		}
		for _, c := range criteria[s.ID] {
			m.Criteria = append(m.Criteria, Criterion{
				Text: text(c, "text"), Measure: text(c, "measure"), Target: text(c, "target"), Met: c.Fields["met_at"] != nil,
				MetBy: p.name(text(c, "met_by")), Confirms: p.Company(room.Side(text(c, "confirm_by"))),
			})
		}
		for _, t := range tasks[s.ID] {
			if m.TasksTotal++; t.Fields["done_at"] != nil {
				m.TasksDone++
			}
		}
		p.All = append(p.All, m)
		p.byID[m.ID] = m
	}
}

// under lists the records of an entity by the milestone they are part of, in
// the order of their list.
func (p *Plan) under(e room.Entity) map[room.RecordID][]*room.Record {
	out := map[room.RecordID][]*room.Record{}
	for _, rec := range p.state[e] {
		if rec.Fields["removed"] != true {
			id := room.RecordID(text(rec, "milestone"))
			out[id] = append(out[id], rec)
		}
	}
	for _, list := range out {
		slices.SortFunc(list, byPlace)
	}
	return out
}

func (p *Plan) addPhases() {
	var phases []*room.Record
	for _, rec := range p.state[room.Phase] {
		if rec.Fields["removed"] != true {
			phases = append(phases, rec)
		}
	}
	slices.SortFunc(phases, byPlace)
	at := map[string]int{}
	for i, rec := range phases {
		at[string(rec.ID)] = i
		p.Phases = append(p.Phases, Phase{Name: text(rec, "name")})
	}
	for _, m := range p.All {
		phase := &p.Phases[at[text(p.state[room.Milestone][m.ID], "phase")]]
		phase.Milestones = append(phase.Milestones, m)
		if m.Status != "cancelled" {
			phase.Total++
		}
		if m.Status == "done" {
			phase.Done++
		}
	}
}

func (p *Plan) addPeople() {
	owns := map[string]int{}
	for _, m := range p.All {
		for _, field := range []string{"buyer_owner", "seller_owner"} {
			if id := text(p.state[room.Milestone][m.ID], field); id != "" && m.Open() {
				owns[p.filled(id)]++
			}
		}
	}
	var ids []room.RecordID
	for id, rec := range p.state[room.Participant] {
		if state := text(rec, "state"); rec.Fields["removed"] != true && state != "revoked" && state != "requested" {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b room.RecordID) int {
		x, y := p.state[room.Participant][a], p.state[room.Participant][b]
		return cmp.Or(cmp.Compare(sideOrder[text(x, "side")], sideOrder[text(y, "side")]), cmp.Compare(text(x, "name"), text(y, "name")), cmp.Compare(a, b))
	})
	for _, id := range ids {
		rec := p.state[room.Participant][id]
		side := room.Side(text(rec, "side"))
		p.People = append(p.People, Person{
			Name: text(rec, "name"), Role: text(rec, "role"), Side: side,
			Company: cmp.Or(p.Company(side), text(rec, "company")), Owns: owns[string(id)],
		})
	}
}

var sideOrder = map[string]int{"buyer": 0, "seller": 1, "partner": 2}

// owner returns who owns a milestone for a side: a person, also through a role
// that they have, or a role.
func (p *Plan) owner(rec *room.Record, side room.Side) *Owner {
	id := text(rec, string(side)+"_owner")
	if id == "" {
		return nil
	}
	o := &Owner{Company: p.Company(side), Side: side}
	if o.Name = p.name(p.filled(id)); o.Name == "" {
		o.Role = true
		if slot := p.state[room.RoleSlot][room.RecordID(id)]; slot != nil {
			o.Name = text(slot, "label")
		}
	}
	return o
}

// filled returns the person that an owner's id stands for: the one who has the
// role, or the one it names.
func (p *Plan) filled(id string) string {
	if slot := p.state[room.RoleSlot][room.RecordID(id)]; slot != nil {
		return text(slot, "filled_by")
	}
	return id
}

// name is a participant's name, "" for nobody who is in the room.
func (p *Plan) name(id string) string {
	if rec := p.state[room.Participant][room.RecordID(id)]; rec != nil && rec.Fields["removed"] != true {
		return text(rec, "name")
	}
	return ""
}

// byPlace orders the records of a list.
func byPlace(a, b *room.Record) int {
	return cmp.Or(cmp.Compare(text(a, "pos"), text(b, "pos")), cmp.Compare(a.ID, b.ID))
}

func text(rec *room.Record, field string) string {
	s, _ := rec.Fields[field].(string)
	return s
}
