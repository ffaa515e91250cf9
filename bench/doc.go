// Command bench measures a real Parley server: it builds and starts the binary
// with its private PostgreSQL, drives rooms full of members over real sockets,
// and writes what it saw as a Markdown table.
//
//	go run ./bench -out bench/results
//	go run ./bench -quick
//	go run ./bench -only latency,idle -runs 3
//	go run ./bench -peers -out bench/results
//
// Every figure stands beside a floor: the least that the same machine needs for
// the same work, measured in the same run, in turns with it. README.md in this
// folder says what each floor does. Where there are two cores or more, server,
// PostgreSQL and floors share core 0 and the generator has core 1.
//
// # Parts
//
//	main, config      flags, the order of scenarios, the result file
//	server, api       the binary under test; rooms, links and sessions over HTTP
//	loop, socket      every socket on one thread over epoll, frames
//	member, busy      one connected member and its checks; ops put off and sent again
//	crowd             rooms full of members
//	drive             how edits are sent: one in flight, windows full, at a rate
//	floor_…           the floors, each a child process on the server's core
//	scenario_…        one file per question
//	verify            what was acknowledged against the log in PostgreSQL
//
// With -peers, the same generator asks the same of other systems:
//
//	hall…             a room of any system, its tabs, what each must have got
//	system…           starting a system's servers, database and Redis
//	talk_…            how a client of each speaks, one file per system
//	floor_bare        the bare server they all stand beside
//	peers_…           one file per question, and the report
//	peers/            the peers' servers, in JavaScript, and their packages
//	simulate/         many servers in a model: docs/scaling.md
//	simulate/         many servers in a model: docs/scaling.md
//
// # Goroutines
//
// The loop's thread owns every member. The scenario runs on the main goroutine
// and reaches members through loop.do. Dialling uses a few goroutines that end
// before the scenario goes on.
package main
