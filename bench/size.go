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

	idle   []int         // idle: connections, ascending
	settle time.Duration // idle: rest before memory is read
}

var fullSize = size{
	runs: 5, edits: 600, blocks: 6,
	plan:    []int{20, 500},
	editors: 8, rooms: 50, stretch: 2500 * time.Millisecond,
	audience: []int{100, 1000}, rate: 20, paced: 500,
	idle: []int{5000, 10_000}, settle: 8 * time.Second,
}

var quickSize = size{
	runs: 1, edits: 60, blocks: 2,
	plan:    []int{20, 100},
	editors: 4, rooms: 5, stretch: 400 * time.Millisecond,
	audience: []int{50}, rate: 20, paced: 100,
	idle: []int{200}, settle: 200 * time.Millisecond,
}
