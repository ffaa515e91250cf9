package room

// shape is the form an op is written in: which keys it has besides kind.
type shape uint8

const (
	addShape        shape = iota // id, set, and after or before when ordered
	updateShape                  // id, set
	roomShape                    // set
	moveShape                    // id, into, after or before
	idShape                      // id
	completeShape                // id, override
	rescheduleShape              // id, due, push, reason, unilateral
	shiftShape                   // to, mode, reason, unilateral
	templateShape                // template, go_live
	importShape                  // rows, from a table; not written as JSON
	undoShape                    // rev
	proposeShape                 // id, milestone, to, reason
	counterShape                 // id, to, reason
	answerShape                  // id, reason
	acceptShape                  // id, reason, push, unilateral
	agreeShape                   // rev
	baselineShape                // name
)

// rule is what the room knows about one kind of op.
type rule struct {
	kind   Kind
	entity Entity
	shape  shape
	access Access // the least that may send it; guard may ask for more
	// guard checks what access alone does not say. Nil for nothing.
	guard func(d *draft, m Member, op *Op) error
	apply func(d *draft, op *Op) error
	// unsent kinds are made by the server for a person, and checked as theirs.
	unsent bool
	// internal kinds are the server's own.
	internal bool
	// alone kinds cannot be part of a group: they touch other streams, or the log.
	alone bool
}

// rules maps every kind of op to its rule.
var rules = func() map[Kind]*rule {
	all := map[Kind]*rule{}
	for _, list := range [][]rule{regularRules(), planRules, agreementRules, peopleRules} {
		for i := range list {
			all[list[i].kind] = &list[i]
		}
	}
	return all
}()

// regularRules are the kinds entity.verb that mean the same for every entity.
func regularRules() []rule {
	var out []rule
	for _, e := range []Entity{RoleSlot, Phase, Milestone, Criterion, Task, Dependency} {
		out = append(out,
			rule{kind: verb(e, "add"), entity: e, shape: addShape, access: Editor, apply: applyAdd},
			rule{kind: verb(e, "remove"), entity: e, shape: idShape, access: Editor, apply: applyRemove},
			rule{kind: verb(e, "restore"), entity: e, shape: idShape, access: Editor, apply: applyRestore},
		)
		if e != Dependency {
			update := rule{kind: verb(e, "update"), entity: e, shape: updateShape, access: Editor, apply: applyUpdate}
			if e == Criterion {
				update.guard, update.apply = guardConfirmer, applyCriterionUpdate
			}
			out = append(out, update)
		}
		if SchemaOf(e).Ordered {
			out = append(out, rule{kind: verb(e, "move"), entity: e, shape: moveShape, access: Editor, apply: applyMove})
		}
	}
	return out
}

func verb(e Entity, v string) Kind { return Kind(string(e) + "." + v) }

// planRules are the kinds with a meaning of their own.
var planRules = []rule{
	{kind: KindRoomUpdate, entity: RoomEntity, shape: roomShape, access: Editor, guard: guardRoom, apply: applyRoomUpdate},
	{kind: KindRoomAdd, entity: RoomEntity, shape: addShape, access: Owner, apply: applyAdd, internal: true},
	{kind: KindMilestoneComplete, entity: Milestone, shape: completeShape, access: Contributor, apply: applyComplete},
	{kind: KindMilestoneReopen, entity: Milestone, shape: idShape, access: Contributor, apply: applyMilestoneReopen},
	{kind: KindReschedule, entity: Milestone, shape: rescheduleShape, access: Editor, apply: applyReschedule},
	{kind: KindMilestonePublish, entity: Milestone, shape: idShape, access: Editor, apply: applyPublish, alone: true},
	{kind: KindMilestoneWithdraw, entity: Milestone, shape: idShape, access: Editor, apply: applyWithdraw, alone: true},
	{kind: KindCriterionMeet, entity: Criterion, shape: idShape, access: Contributor, guard: guardCriterion, apply: applyMeet},
	{kind: KindCriterionUnmeet, entity: Criterion, shape: idShape, access: Contributor, guard: guardCriterion, apply: applyUnmeet},
	{kind: KindTaskComplete, entity: Task, shape: idShape, access: Contributor, apply: applyTaskComplete},
	{kind: KindTaskReopen, entity: Task, shape: idShape, access: Contributor, apply: applyTaskReopen},
	{kind: KindShift, shape: shiftShape, access: Editor, apply: applyShift, alone: true},
	{kind: KindTemplateApply, shape: templateShape, access: Editor, guard: guardTemplate, apply: applyTemplate},
	{kind: KindPlanImport, shape: importShape, access: Editor, apply: applyImport, alone: true, unsent: true},
	{kind: KindUndo, shape: undoShape, access: Commenter, apply: applyUndo, alone: true},
}

// agreementRules are the kinds by which both sides come to dates they share.
var agreementRules = []rule{
	{kind: KindDatePropose, entity: DateProposal, shape: proposeShape, access: Contributor, guard: guardCompany, apply: applyPropose},
	{kind: KindDateAccept, entity: DateProposal, shape: acceptShape, access: Editor, guard: guardAnswer, apply: applyAccept},
	{kind: KindDateCounter, entity: DateProposal, shape: counterShape, access: Editor, guard: guardAnswer, apply: applyCounter},
	{kind: KindDateDecline, entity: DateProposal, shape: answerShape, access: Editor, guard: guardAnswer, apply: applyDecline},
	{kind: KindDateWithdraw, entity: DateProposal, shape: answerShape, access: Contributor, guard: guardProposer, apply: applyWithdrawDate},
	{kind: KindPlanAccept, entity: Acceptance, shape: agreeShape, access: Editor, guard: guardApprover, apply: applyAgree, alone: true},
	{kind: KindBaselineAdd, entity: Baseline, shape: baselineShape, access: Editor, apply: applyBaselineAdd},
	{kind: verb(Baseline, "remove"), entity: Baseline, shape: idShape, access: Editor, apply: applyBaselineRemove},
	{kind: verb(Baseline, "restore"), entity: Baseline, shape: idShape, access: Editor, apply: applyRestore},
}

// peopleRules are the kinds about participants and what they say.
var peopleRules = []rule{
	{kind: "comment.add", entity: Comment, shape: addShape, access: Commenter, apply: applyAdd},
	{kind: "comment.update", entity: Comment, shape: updateShape, access: Commenter, guard: guardAuthor, apply: applyUpdate},
	{kind: "comment.remove", entity: Comment, shape: idShape, access: Commenter, guard: guardAuthorOrEditor, apply: applyRemove},
	{kind: "comment.restore", entity: Comment, shape: idShape, access: Commenter, guard: guardAuthorOrEditor, apply: applyRestore},
	{kind: KindCommentResolve, entity: Comment, shape: idShape, access: Commenter, apply: applyResolve},
	{kind: KindCommentReopen, entity: Comment, shape: idShape, access: Commenter, apply: applyCommentReopen},
	{kind: "participant.add", entity: Participant, shape: addShape, access: Owner, guard: guardParticipant, apply: applyAdd},
	{kind: KindParticipantUpdate, entity: Participant, shape: updateShape, access: Viewer, guard: guardParticipant, apply: applyUpdate},
	{kind: "participant.remove", entity: Participant, shape: idShape, access: Owner, guard: guardParticipant, apply: applyRemove},
	{kind: "participant.restore", entity: Participant, shape: idShape, access: Owner, guard: guardParticipant, apply: applyRestore},
	{kind: KindInvite, entity: Participant, shape: idShape, access: Owner, guard: guardParticipant, apply: applyInvite},
	{kind: KindRevoke, entity: Participant, shape: idShape, access: Owner, guard: guardParticipant, apply: applyRevoke},
	{kind: KindJoin, entity: Participant, shape: addShape, access: Viewer, apply: applyJoin, internal: true},
}
