// Package room holds the rules of a digital sales room: what its plan is made
// of, who may change it, and what an op does to it.
//
// The package is pure. It takes no context, reads no clock, does no I/O and
// starts no goroutine; who asks and when arrive as values.
//
// # Words
//
//	workspace   the selling company, the tenant
//	room        one deal's shared place; it has exactly one plan
//	side        which company a person speaks for: seller, buyer or partner
//	participant a person in a room
//	stream      the part of a room one audience sees: shared, seller or buyer
//	record      one thing in the plan: a phase, a milestone, a comment, …
//	entity      the kind of a record
//	op          what a person asks for
//	change      what became of one record: the fields it has now, and had before
//	commit      what happened: one op (or atomic group), all its changes, durable
//	rev         a commit's place in its stream: 1, 2, 3, … without a hole
//	seq         a client's own op counter, per stream: 1, 2, 3, …
//	base        the rev of the stream the author had seen
//	verdict     the answer to an op: a rev, or a typed refusal
//
// # The way of an op
//
//	DecodeOps → Decide ( Authorize → Apply → Plan.Fold ) → commits and verdicts
//
// [Decide] judges a batch in order. [Apply] is one op or group on a draft of the
// plan; the changes are the difference between the draft and the plan, so
// folding the commit over the plan gives the draft.
package room
