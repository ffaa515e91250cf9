//go:build linux

package main

import "time"

// size is how much is measured. The full size takes under ten minutes on two
// cores; the quick one shows within a minute that generator and server work,
// and its figures mean nothing.
type size struct {
	runs int

	edits  int // latency: edits per run, one in flight
	blocks int // latency: turns between edits and floor per run

	plan []int // plan: milestones of the two rooms that are compared

	editors  int           // throughput: editors of the hot room; more windows than the writer's queue holds would be refused as busy
	rooms    int           // throughput, cpu: the fifty
	stretch  time.Duration // throughput, fan-out, cpu: one count
	audience []int         // fan-out: members of the room
	rate     int           // fan-out: edits a second
	paced    int           // cpu: edits a second over all rooms

	watchers []int // watchers: audiences of the same room

	idle   []int         // idle: connections, ascending
	spread int           // idle: rooms that they are spread over
	settle time.Duration // idle: rest before memory is read

	// Of -peers.
	halls    []int // fan-out: members of the room
	alone    int   // edits in flight one by one, per run
	peered   int   // rooms of five
	returns  int   // of them that come back at once
	idlers   int   // idle connections of one system
	idleRuns int   // each of them a start and as many connections
	kills    int
}

var fullSize = size{
	runs: 5, edits: 600, blocks: 6,
	plan:    []int{20, 500},
	editors: 8, rooms: 50, stretch: 2500 * time.Millisecond,
	audience: []int{100, 1000}, rate: 20, paced: 500,
	watchers: []int{1000, 10_000},
	idle:     []int{5000, 10_000}, spread: 50, settle: 8 * time.Second,
	halls: []int{100, 1000, 5000}, alone: 60, peered: 200, returns: 200, idlers: 10_000, idleRuns: 3, kills: 5,
}

var quickSize = size{
	runs: 1, edits: 12, blocks: 2,
	plan:    []int{20, 100},
	editors: 4, rooms: 5, stretch: 400 * time.Millisecond,
	audience: []int{50}, rate: 20, paced: 100,
	watchers: []int{50},
	idle:     []int{200}, spread: 5, settle: 200 * time.Millisecond,
	halls: []int{20}, alone: 10, peered: 5, returns: 5, idlers: 200, idleRuns: 1, kills: 1,
}
