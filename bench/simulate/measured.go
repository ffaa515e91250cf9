package main

import "time"

// What bench measured, on one core for server and database together, from
// bench/results/2026-11-23-2-cores.md. A newer result with lower costs makes the
// model cautious, not wrong.
const (
	measuredIn = "bench/results/2026-11-23-2-cores.md"

	editCPU       = 610 * time.Microsecond // server, per edit in a room of five, deliveries included: 0.61 s per 1,000
	databaseCPU   = 580 * time.Microsecond // database, per edit: 0.58 s per 1,000
	commitWait    = 337 * time.Microsecond // a single-row commit, p50
	deliveryCPU   = 25 * time.Microsecond  // server, per delivery at 20 edits a second, 100 members
	joinCPU       = 830 * time.Microsecond // 1,206 members welcomed with a snapshot a second
	connectionRSS = 11.6                   // KB per idle connection, 5,000 of them
)

// What nothing above measures. The second server's part is what -peers asks to be
// at most 0.3 ms, and measures.
const (
	redisHop     = 300 * time.Microsecond // publish to receive, servers beside each other
	readCPU      = 200 * time.Microsecond // database, per read of a room or a page of its log
	kernelSocket = 4.0                    // KB of kernel memory per connection
)

// The rules of realtime/options.go and PROTOCOL.md.
const (
	maxJoins          = 64 // on their way at once on one server …
	roomShare         = 4  // … and one room's part of it: one in so many
	windowCommits     = 512
	resumeLimit       = 5_000
	repairGrace       = 30 * time.Millisecond
	positionEvery     = 10 * time.Second
	positionEveryDown = 400 * time.Millisecond
	positionChunk     = 500 // rooms in one comparison
	backoffFirst      = 250 * time.Millisecond
	backoffMost       = 10 * time.Second
)
