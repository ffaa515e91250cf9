package room

// The limits of a plan. Each is refused with code limit (or invalid, for a
// single value) and a sentence that names it.
const (
	MaxTitle        = 200    // characters of a title or a name
	MaxText         = 20_000 // characters of a long text
	maxCriterion    = 1_000  // characters of what a criterion says
	MaxMilestones   = 500
	MaxPhases       = 40
	MaxTasks        = 2_000
	MaxCriteria     = 20    // per milestone
	MaxReason       = 1_000 // characters of why something was done
	MaxParticipants = 300
	MaxRoleSlots    = 300
	MaxDependencies = 2_000
	MaxComments     = 10_000 // far above any plan seen; bounds a room's memory
	MaxMentions     = 50
	MaxHolidays     = 400 // per side; ten years of a country with many
	MaxBaselines    = 20  // each holds a day for every milestone

	// MaxOpBytes bounds an op, as it bounds the frame that carries it.
	MaxOpBytes = 64 << 10
	// MaxGroup bounds an atomic group: a template of 500 milestones is applied
	// by the server, not sent as a group.
	MaxGroup = 100
	// MaxDepth bounds the nesting of JSON: the deepest frame (a group's set with
	// a list) needs 6.
	MaxDepth = 16
	// MaxBatch is how many requests one transaction takes. Measured: 64 gives
	// 45,000 ops a second on a hot room; more only adds latency.
	MaxBatch = 64
	// KeptRefusals is how many refusals a cursor remembers: twice the window of
	// unacknowledged ops, so a whole window can be asked about again.
	KeptRefusals = 64
	// Window is the most ops a client may have unacknowledged.
	Window = 32
)

// MaxRecords bounds the records of one stream, removed ones included: adding and
// removing for ever must not fill the memory of a server.
const MaxRecords = 40_000

// limitOf is how many records of an entity a reader of a stream may see.
var limitOf = map[Entity]int{
	Participant: MaxParticipants,
	RoleSlot:    MaxRoleSlots,
	Phase:       MaxPhases,
	Milestone:   MaxMilestones,
	Task:        MaxTasks,
	Dependency:  MaxDependencies,
	Comment:     MaxComments,
	Baseline:    MaxBaselines,
}
