package room

// Kind names an op, and the commit it becomes: "milestone.update".
type Kind string

// The kinds that are not of the regular shape entity.verb over the schema.
const (
	KindGroup             Kind = "group" // a commit of several ops; never sent as an op
	KindRoomUpdate        Kind = "room.update"
	KindMilestoneComplete Kind = "milestone.complete"
	KindMilestoneReopen   Kind = "milestone.reopen"
	KindMilestonePublish  Kind = "milestone.publish"
	KindMilestoneWithdraw Kind = "milestone.withdraw"
	KindReschedule        Kind = "milestone.reschedule"
	KindCriterionMeet     Kind = "criterion.meet"
	KindCriterionUnmeet   Kind = "criterion.unmeet"
	KindTaskComplete      Kind = "task.complete"
	KindTaskReopen        Kind = "task.reopen"
	KindCommentResolve    Kind = "comment.resolve"
	KindCommentReopen     Kind = "comment.reopen"
	KindInvite            Kind = "participant.invite"
	KindRevoke            Kind = "participant.revoke"
	KindShift             Kind = "plan.shift"
	KindTemplateApply     Kind = "template.apply"
	KindPlanImport        Kind = "plan.import" // of a table that the server has read; never sent
	KindUndo              Kind = "op.undo"
	KindDatePropose       Kind = "date.propose"
	KindDateAccept        Kind = "date.accept"
	KindDateCounter       Kind = "date.counter"
	KindDateDecline       Kind = "date.decline"
	KindDateWithdraw      Kind = "date.withdraw"
	KindPlanAccept        Kind = "plan.accept"
	KindBaselineAdd       Kind = "baseline.add"

	// Internal kinds: the server's own, refused from the wire.
	KindRoomAdd           Kind = "room.add"         // the first commit of a room
	KindJoin              Kind = "participant.join" // a person came through a link: added or made active
	KindParticipantUpdate Kind = "participant.update"
)

// Place is where in its list a record goes: behind After or before Before. With
// neither it goes to the end. A nil id inside a set Place means the head (After)
// or the end (Before).
type Place struct {
	Set   bool // the op names a place
	First bool // after: null
	Last  bool // before: null
	// After or Before is the neighbour, "" when not named.
	After, Before RecordID
}

// Op is what a person asks for. Which fields count depends on Kind.
type Op struct {
	Kind     Kind
	ID       RecordID // the record; made by the client for *.add
	Set      Fields   // add, update: nil values clear a field
	Into     RecordID // move: another parent, "" to stay
	Place    Place    // add, move
	Override *string  // milestone.complete: why, though criteria are unmet
	Due      string   // milestone.reschedule, plan.shift: the new date
	Push     bool     // milestone.reschedule, date.accept: move dependants along
	Mode     string   // plan.shift: which dates move along, see [ShiftAll]
	// Reason says why dates move or a proposal is answered so, "" for no reason
	// given; Unilateral that dates move though both sides agreed on them, marked
	// with the side that did it. The latter is of milestone.reschedule and plan.shift.
	Reason     string
	Unilateral bool
	Milestone  RecordID // date.propose: what is to have another date
	To         string   // date.propose, date.counter: that date
	Name       string   // baseline.add
	Template   string   // template.apply: the slug, or the id of one of the workspace's own
	GoLive     string   // template.apply: the date to work back from, "" for none
	// Body is the workspace's own template that Template names, read by the store
	// before the batch. Nil when there is none, and for a built-in one.
	Body *Template
	// Rows are what plan.import adds.
	Rows []ImportRow
	// Rev is, for op.undo, the commit in the op's stream, for plan.accept how far
	// its sender had read the shared plan.
	Rev Rev
}
