package room

// Value is one field's value, in the form JSON and SQL share: string (also for
// dates, "2006-01-02", and instants, [InstantFormat]), int64, bool, []string,
// [Target] or [Dates]. A field that is null is absent from its record.
type Value = any

// Fields holds a record's fields, or the part of them that a change names.
type Fields map[string]Value

// InstantFormat is how an instant is written everywhere: RFC 3339 in UTC, with
// the microseconds that a timestamptz keeps.
const InstantFormat = "2006-01-02T15:04:05.000000Z"

// DateFormat is how a calendar day is written everywhere.
const DateFormat = "2006-01-02"

// Target is what a comment is on: a record of the plan.
type Target struct {
	Entity Entity   `json:"entity"`
	ID     RecordID `json:"id"`
}

// Dates holds a day for each of several milestones, by id.
type Dates map[string]string

// Mark says which commit last set a field, and whose it was. By is empty for
// the workspace itself.
type Mark struct {
	Rev Rev      `json:"rev"`
	By  RecordID `json:"by,omitempty"`
}

// Record is one thing in the plan. Fields holds no nulls and no "id".
type Record struct {
	ID     RecordID
	Fields Fields
	Marks  map[string]Mark
}

// Records holds the records of one entity by id, removed ones included.
type Records map[RecordID]*Record

// State is what one stream of a room holds at one rev.
type State map[Entity]Records

// Plan is a room's plan in memory: the state of all its streams. It is not safe
// for concurrent use; its owner is the room's writer.
type Plan struct {
	Room    ID
	Epoch   Epoch
	Revs    Revs
	Streams map[Stream]State

	// Memory is the store's own: what it knew of the room when the plan was last
	// written. The rules do not look at it.
	Memory any

	index *index // nil until first needed
}

// NewPlan returns the plan of a room in which nothing has happened yet.
func NewPlan(id ID, epoch Epoch) *Plan {
	p := &Plan{Room: id, Epoch: epoch, Revs: Revs{}, Streams: map[Stream]State{}}
	for _, s := range Streams {
		p.Streams[s] = State{}
	}
	return p
}
