// Command simulate runs many Parley servers in a model: thousands of rooms,
// servers that die, a Redis that is gone for a while, everybody coming back at
// once.
//
//	go run ./bench/simulate -seed 1
//	go run ./bench/simulate -seed 1 -servers 40 -rooms 20000
//	go run ./bench/simulate -sizing
//
// It is deterministic: the same seed and sizes give the same output. Costs come
// from what bench measured (measured.go), rules from realtime/PROTOCOL.md and
// realtime/options.go. It checks its invariants on the way and fails if one does
// not hold. docs/scaling.md says what the model leaves out.
//
//	measured   costs, limits, assumptions
//	world      time, events, random numbers, the parts of the model
//	edits      an edit from its author to the database to everybody
//	repair     holes, and comparing rooms with the database
//	joins      leaving, backing off, waiting for a turn, catching up
//	story      what happens when, and what must be true of it
//	sizing     the arithmetic for so many people online
package main
