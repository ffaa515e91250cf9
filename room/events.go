package room

import (
	"cmp"
	"maps"
	"slices"
)

// Events keeps what a calendar shows of a shared plan, read from its log: each
// milestone that has, or had, a date, and how often what is shown of it changed.
// It is not safe for concurrent use.
type Events struct {
	plan   *Plan // what of the shared plan a calendar needs
	events map[RecordID]*Event
}

// Event is one milestone in a calendar.
type Event struct {
	ID       RecordID
	Title    string
	Due      string // the last one, when it is off
	Sequence int    // 0 when it first appeared, one more with every change
	Changed  string // when it last changed, [InstantFormat]
	Off      bool   // it was cancelled, removed or lost its date
}

// NewEvents returns the events of a room in which nothing has happened yet.
func NewEvents() *Events { return &Events{plan: NewPlan("", ""), events: map[RecordID]*Event{}} }

// Rev is the rev of the shared stream that the events have come to.
func (e *Events) Rev() Rev { return e.plan.Revs[Shared] }

// eventFields are what the events depend on.
var eventFields = map[Entity][]string{
	Phase:     {"removed"},
	Milestone: {"phase", "title", "status", "due", "seller_owner", "buyer_owner", "removed"},
}

// Add takes the next commit of the shared stream.
func (e *Events) Add(c Commit) {
	kept := c
	kept.Changes = nil
	touched := map[RecordID]bool{}
	for _, change := range c.Changes {
		set := Fields{}
		for _, name := range eventFields[change.Entity] {
			if v, ok := change.Set[name]; ok {
				set[name] = v
			}
		}
		if change.Set = set; len(set) == 0 {
			continue
		}
		kept.Changes = append(kept.Changes, change)
		switch change.Entity {
		case Milestone:
			touched[change.ID] = true
		case Phase:
			for id, rec := range e.plan.Streams[Shared][Milestone] {
				if rec.Fields["phase"] == string(change.ID) {
					touched[id] = true
				}
			}
		}
	}
	e.plan.Fold(Shared, kept)
	for id := range touched {
		e.note(id, c.At)
	}
}

// note brings a milestone's event up to date after a commit that touched it.
func (e *Events) note(id RecordID, at string) {
	f := e.plan.Streams[Shared][Milestone][id].Fields
	shown := agreementView{e.plan.Streams[Shared]}.counts(f) && f["due"] != nil
	event := e.events[id]
	switch {
	case event == nil && shown:
		e.events[id] = &Event{ID: id, Title: str(f["title"]), Due: str(f["due"]), Changed: at}
	case event == nil, event.Off && !shown:
	case shown:
		event.Title, event.Due, event.Off = str(f["title"]), str(f["due"]), false
		event.Sequence++
		event.Changed = at
	default:
		event.Off = true
		event.Sequence++
		event.Changed = at
	}
}

// List returns the events by day. Those that are off since before an instant,
// [InstantFormat], are left out: calendars have heard of it.
func (e *Events) List(since string) []Event {
	var out []Event
	for _, id := range slices.Sorted(maps.Keys(e.events)) {
		if event := *e.events[id]; !event.Off || event.Changed >= since {
			out = append(out, event)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Compare(a.Due, b.Due) })
	return out
}
