package demo

import (
	"encoding/json"
	"errors"
	"fmt"

	"parley/room"
)

// plan is where the template's records are found, by the words it gave them.
type plan struct {
	people     map[room.RecordID]bool
	comments   map[room.RecordID]bool
	phases     map[string]room.RecordID
	milestones map[string]milestone
	slots      []slot
}

type milestone struct {
	id            room.RecordID
	seller, buyer string // its owners: ids of role slots, or of people
	criteria      []criterion
	tasks         []task
}

type criterion struct {
	id        room.RecordID
	confirmBy room.Side
}

type task struct {
	id           room.RecordID
	title, owner string
}

type slot struct {
	id  room.RecordID
	key string // side/label
}

// owner returns the person behind an owner: a role slot's, or, where an earlier
// start has come so far, the person itself.
func (p *play) owner(id string) (person, bool) {
	for _, s := range p.plan.slots {
		if string(s.id) == id {
			who, ok := slots[s.key]
			return who, ok
		}
	}
	for _, who := range cast {
		if string(p.id(who.name)) == id {
			return who, true
		}
	}
	return person{}, false
}

// record is any record of a snapshot, with the fields the script looks at.
type record struct {
	ID          room.RecordID `json:"id"`
	Name        string        `json:"name"`
	Title       string        `json:"title"`
	Side        string        `json:"side"`
	Label       string        `json:"label"`
	Milestone   room.RecordID `json:"milestone"`
	ConfirmBy   room.Side     `json:"confirm_by"`
	Owner       string        `json:"owner"`
	SellerOwner string        `json:"seller_owner"`
	BuyerOwner  string        `json:"buyer_owner"`
}

// look reads the shared stream.
func (p *play) look() {
	if p.err != nil {
		return
	}
	snapshots, err := p.store.Snapshot(p.ctx, p.room, []room.Stream{room.Shared}, "")
	if err == nil && len(snapshots) != 1 {
		err = errors.New("the shared stream is missing")
	}
	if err != nil {
		p.err = fmt.Errorf("reading the room: %w", err)
		return
	}
	var body struct {
		Entities map[room.Entity][]record `json:"entities"`
	}
	if err := json.Unmarshal(snapshots[0].Body, &body); err != nil {
		p.err = err
		return
	}
	p.plan = planOf(body.Entities)
}

func planOf(records map[room.Entity][]record) plan {
	out := plan{people: map[room.RecordID]bool{}, comments: map[room.RecordID]bool{}, phases: map[string]room.RecordID{}, milestones: map[string]milestone{}}
	for _, r := range records[room.Participant] {
		out.people[r.ID] = true
	}
	for _, r := range records[room.Comment] {
		out.comments[r.ID] = true
	}
	for _, r := range records[room.Phase] {
		out.phases[r.Name] = r.ID
	}
	for _, r := range records[room.RoleSlot] {
		out.slots = append(out.slots, slot{id: r.ID, key: r.Side + "/" + r.Label})
	}
	for _, r := range records[room.Milestone] {
		m := milestone{id: r.ID, seller: r.SellerOwner, buyer: r.BuyerOwner}
		for _, c := range records[room.Criterion] {
			if c.Milestone == r.ID {
				m.criteria = append(m.criteria, criterion{id: c.ID, confirmBy: c.ConfirmBy})
			}
		}
		for _, t := range records[room.Task] {
			if t.Milestone == r.ID {
				m.tasks = append(m.tasks, task{id: t.ID, title: t.Title, owner: t.Owner})
			}
		}
		out.milestones[r.Title] = m
	}
	return out
}
