package room

import "math"

// Entity is the kind of a record; on the wire and in SQL it is the singular.
type Entity string

// The entities of a plan.
const (
	RoomEntity  Entity = "room"
	Participant Entity = "participant"
	RoleSlot    Entity = "role_slot"
	Phase       Entity = "phase"
	Milestone   Entity = "milestone"
	Criterion   Entity = "criterion"
	Task        Entity = "task"
	Dependency  Entity = "dependency"
	Comment     Entity = "comment"

	DateProposal Entity = "date_proposal"
	Baseline     Entity = "baseline"
	Acceptance   Entity = "acceptance"
)

// Type is how a field's value is checked and stored.
type Type uint8

// The types of fields. In a record a value is a string unless said otherwise.
const (
	Text     Type = iota // one line
	Prose                // many lines, Markdown
	Day                  // "2006-01-02"
	Instant              // [InstantFormat]
	Int                  // int64
	Bool                 // bool
	Enum                 // one of Field.Of
	Ref                  // the id of a record of one of the entities in Field.To
	RefList              // []string, ids of records of the entities in Field.To
	On                   // [Target], or absent for the room
	Key                  // a list key, see order.go
	Zone                 // an IANA time zone name
	Money                // a decimal number, "125000.00"
	Weekdays             // []string, days of the week, "mon" to "sun", in that order
	Days                 // []string, days of the calendar, sorted
	DateList             // [Dates], a day for each of several milestones
)

// Field describes one field of an entity.
type Field struct {
	Name     string
	Type     Type
	Max      int      // Text, Prose: most characters; Int: largest value
	Min      int      // Int: smallest value
	Of       []string // Enum: the accepted words
	To       []Entity // Ref, RefList: what it may point at
	Required bool     // never absent while the record exists
	Server   bool     // set by the server only; refused in an op's set
	// Private is the stream the field lives in when it is not that of its
	// record: a satellite record with the same id holds it there.
	Private Stream
}

// Kinded describes one entity: its fields, and the list it is ordered in.
type Kinded struct {
	Entity Entity
	Table  string // its table in SQL
	// Parent is the field that names the record it is part of, "" for none.
	Parent string
	// Ordered records have a list key, pos, within their parent.
	Ordered bool
	// SharedOnly records exist in the shared stream alone (private fields apart).
	SharedOnly bool
	Fields     []Field
}

// The words of the enums.
var (
	roomStatuses      = []string{"draft", "active", "won", "lost", "archived"}
	sides             = []string{"seller", "buyer", "partner"}
	companySides      = []string{"seller", "buyer"}
	accesses          = []string{"viewer", "commenter", "contributor", "editor", "owner"}
	participantStates = []string{"added", "invited", "requested", "active", "revoked"}
	milestoneStatuses = []string{"not_started", "in_progress", "blocked", "done", "cancelled"}
	visibilities      = []string{"shared", "seller_only", "buyer_only"}
	proposalStates    = []string{"open", "accepted", "countered", "declined", "withdrawn"}
	termWords         = []string{"added", "removed", "date", "owner", "criterion"}
	owners            = []Entity{Participant, RoleSlot}
)

// removed is the tombstone every record may carry.
var removed = Field{Name: "removed", Type: Bool, Server: true}

// Schema lists every entity, parents before children. It is the one place that
// names the fields: decoding, checks, SQL columns and clients follow it.
var Schema = []Kinded{
	{Entity: RoomEntity, Table: "room_plans", SharedOnly: true, Fields: []Field{
		{Name: "name", Type: Text, Max: MaxTitle, Required: true},
		{Name: "buyer_company", Type: Text, Max: MaxTitle, Required: true},
		{Name: "seller_company", Type: Text, Max: MaxTitle, Required: true},
		{Name: "time_zone", Type: Zone, Required: true},
		{Name: "go_live", Type: Day},
		{Name: "purpose", Type: Prose, Max: MaxText},
		{Name: "compelling_event", Type: Prose, Max: MaxText},
		{Name: "status", Type: Enum, Of: roomStatuses, Required: true},
		{Name: "seller_weekend", Type: Weekdays}, // absent: Saturday and Sunday
		{Name: "buyer_weekend", Type: Weekdays},
		{Name: "seller_holidays", Type: Days},
		{Name: "buyer_holidays", Type: Days},
		{Name: "seller_country", Type: Text, Max: MaxTitle}, // where the holidays came from
		{Name: "buyer_country", Type: Text, Max: MaxTitle},
		{Name: "seller_approver", Type: Ref, To: []Entity{Participant}},
		{Name: "buyer_approver", Type: Ref, To: []Entity{Participant}},
		{Name: "agreed_go_live", Type: Day, Server: true},
		{Name: "amount", Type: Money, Private: Seller},
		{Name: "currency", Type: Text, Max: 3, Private: Seller},
		{Name: "crm_ref", Type: Text, Max: MaxTitle, Private: Seller},
		{Name: "close_date", Type: Day, Private: Seller},
		removed,
	}},
	{Entity: Participant, Table: "participants", SharedOnly: true, Fields: []Field{
		{Name: "name", Type: Text, Max: MaxTitle, Required: true},
		{Name: "side", Type: Enum, Of: sides, Required: true},
		{Name: "company", Type: Text, Max: MaxTitle},
		{Name: "role", Type: Text, Max: MaxTitle},
		{Name: "access", Type: Enum, Of: accesses, Required: true},
		{Name: "state", Type: Enum, Of: participantStates, Required: true, Server: true},
		{Name: "email", Type: Text, Max: 254, Private: Seller},
		{Name: "verified", Type: Bool, Server: true, Private: Seller},
		{Name: "buying_role", Type: Text, Max: MaxTitle, Private: Seller},
		removed,
	}},
	{Entity: RoleSlot, Table: "role_slots", SharedOnly: true, Fields: []Field{
		{Name: "side", Type: Enum, Of: sides, Required: true},
		{Name: "label", Type: Text, Max: MaxTitle, Required: true},
		{Name: "filled_by", Type: Ref, To: []Entity{Participant}},
		removed,
	}},
	{Entity: Phase, Table: "phases", Ordered: true, SharedOnly: true, Fields: []Field{
		{Name: "name", Type: Text, Max: MaxTitle, Required: true},
		{Name: "pos", Type: Key, Required: true, Server: true},
		removed,
	}},
	{Entity: Milestone, Table: "milestones", Parent: "phase", Ordered: true, Fields: []Field{
		{Name: "phase", Type: Ref, To: []Entity{Phase}, Required: true},
		{Name: "title", Type: Text, Max: MaxTitle, Required: true},
		{Name: "description", Type: Prose, Max: MaxText},
		{Name: "status", Type: Enum, Of: milestoneStatuses, Required: true},
		{Name: "seller_owner", Type: Ref, To: owners},
		{Name: "buyer_owner", Type: Ref, To: owners},
		{Name: "due", Type: Day},
		{Name: "start", Type: Day},
		{Name: "duration_days", Type: Int, Min: 0, Max: 3650},
		{Name: "pinned", Type: Bool},
		{Name: "offset_days", Type: Int, Min: -3650, Max: 3650},
		{Name: "visibility", Type: Enum, Of: visibilities, Required: true, Server: true},
		{Name: "blocked_reason", Type: Text, Max: MaxReason},
		{Name: "completed_at", Type: Instant, Server: true},
		{Name: "completed_by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "override_reason", Type: Text, Max: MaxReason, Server: true},
		{Name: "is_go_live", Type: Bool},
		{Name: "agreed_due", Type: Day, Server: true},
		{Name: "moved_by", Type: Enum, Of: companySides, Server: true},
		{Name: "due_reason", Type: Text, Max: MaxReason, Server: true},
		{Name: "pos", Type: Key, Required: true, Server: true},
		removed,
	}},
	{Entity: Criterion, Table: "criteria", Parent: "milestone", Ordered: true, Fields: []Field{
		{Name: "milestone", Type: Ref, To: []Entity{Milestone}, Required: true},
		{Name: "text", Type: Text, Max: maxCriterion, Required: true},
		{Name: "measure", Type: Text, Max: MaxTitle},
		{Name: "target", Type: Text, Max: MaxTitle},
		{Name: "confirm_by", Type: Enum, Of: companySides},
		{Name: "met_at", Type: Instant, Server: true},
		{Name: "met_by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "pos", Type: Key, Required: true, Server: true},
		removed,
	}},
	{Entity: Task, Table: "tasks", Parent: "milestone", Ordered: true, Fields: []Field{
		{Name: "milestone", Type: Ref, To: []Entity{Milestone}, Required: true},
		{Name: "title", Type: Text, Max: MaxTitle, Required: true},
		{Name: "owner", Type: Ref, To: owners},
		{Name: "due", Type: Day},
		{Name: "done_at", Type: Instant, Server: true},
		{Name: "visibility", Type: Enum, Of: visibilities, Required: true, Server: true},
		{Name: "pos", Type: Key, Required: true, Server: true},
		removed,
	}},
	{Entity: Dependency, Table: "dependencies", Fields: []Field{
		{Name: "from", Type: Ref, To: []Entity{Milestone}, Required: true},
		{Name: "to", Type: Ref, To: []Entity{Milestone}, Required: true},
		{Name: "lag_days", Type: Int, Min: -365, Max: 365},
		{Name: "required", Type: Bool},
		removed,
	}},
	{Entity: Comment, Table: "comments", Fields: []Field{
		{Name: "on", Type: On},
		{Name: "body", Type: Prose, Max: MaxText, Required: true},
		{Name: "author", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "at", Type: Instant, Required: true, Server: true},
		{Name: "edited_at", Type: Instant, Server: true},
		{Name: "resolved_at", Type: Instant, Server: true},
		{Name: "visibility", Type: Enum, Of: visibilities, Required: true, Server: true},
		{Name: "mentions", Type: RefList, To: []Entity{Participant}},
		removed,
	}},
	{Entity: DateProposal, Table: "date_proposals", Parent: "milestone", SharedOnly: true, Fields: []Field{
		{Name: "milestone", Type: Ref, To: []Entity{Milestone}, Required: true, Server: true},
		{Name: "from", Type: Day, Server: true},
		{Name: "to", Type: Day, Required: true, Server: true},
		{Name: "reason", Type: Text, Max: MaxReason, Server: true},
		{Name: "by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "side", Type: Enum, Of: companySides, Required: true, Server: true},
		{Name: "at", Type: Instant, Required: true, Server: true},
		{Name: "state", Type: Enum, Of: proposalStates, Required: true, Server: true},
		{Name: "answered_by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "answered_at", Type: Instant, Server: true},
		{Name: "answer_reason", Type: Text, Max: MaxReason, Server: true},
		{Name: "counters", Type: Ref, To: []Entity{DateProposal}, Server: true},
		removed,
	}},
	{Entity: Baseline, Table: "baselines", SharedOnly: true, Fields: []Field{
		{Name: "name", Type: Text, Max: MaxTitle, Required: true, Server: true},
		{Name: "rev", Type: Int, Max: math.MaxInt32, Required: true, Server: true},
		{Name: "at", Type: Instant, Required: true, Server: true},
		{Name: "by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "agreed", Type: Bool, Server: true},
		{Name: "items", Type: DateList, Server: true},
		removed,
	}},
	{Entity: Acceptance, Table: "acceptances", SharedOnly: true, Fields: []Field{
		{Name: "side", Type: Enum, Of: companySides, Required: true, Server: true},
		{Name: "rev", Type: Int, Max: math.MaxInt32, Required: true, Server: true},
		{Name: "by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "at", Type: Instant, Required: true, Server: true},
		{Name: "baseline", Type: Ref, To: []Entity{Baseline}, Server: true},
		{Name: "stale_at", Type: Instant, Server: true},
		{Name: "stale_by", Type: Ref, To: []Entity{Participant}, Server: true},
		{Name: "stale_why", Type: Enum, Of: termWords, Server: true},
		{Name: "stale_on", Type: Ref, To: []Entity{Milestone}, Server: true},
		removed,
	}},
}

var schemaOf = func() map[Entity]*Kinded {
	m := make(map[Entity]*Kinded, len(Schema))
	for i := range Schema {
		m[Schema[i].Entity] = &Schema[i]
	}
	return m
}()

// SchemaOf returns the description of e, or nil when there is no such entity.
func SchemaOf(e Entity) *Kinded { return schemaOf[e] }

// Field returns the description of the named field, or nil.
func (k *Kinded) Field(name string) *Field {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i]
		}
	}
	return nil
}
