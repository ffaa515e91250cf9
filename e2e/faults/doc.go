// Package faults runs real Parley servers on a real PostgreSQL and Redis, breaks
// things between and under them, and checks from outside that the invariants of
// ARCHITECTURE.md held. README.md in this folder says how to read a failure.
//
//	go test ./e2e/faults                       every fault and every planted bug, short
//	go run ./e2e/faults/soak -duration 10m     long runs
//	go run ./e2e/faults/check DIR              check a kept history again
//
// # Parts
//
//	event, recorder, history   what is written down, by whom, and read again
//	check_…                    one file per group of invariants; pure functions of a history
//	server, postgres, redis    the processes
//	proxy, proxy_…             what stands between each pair of them, and can break it
//	client, follow, workload   members who speak realtime/PROTOCOL.md faithfully
//	world, truth               all of it together; what PostgreSQL holds at the end
//	nemesis_…                  the faults
//	scenario, run              which faults a run has; a run from start to verdict
//	mutants                    bugs planted with go build -overlay, which a run must find
//
// # Goroutines
//
// A world has one goroutine per client and one that reads its socket, two per
// proxied connection, one per process that waits for its end, one that samples
// metrics, one that looks into rooms over HTTP and one that looks acknowledged
// ops up in PostgreSQL. All end in World.Close.
//
// # Locks
//
// Proxy.mu, Recorder.mu and the processes' are leaves: nothing is called under them
// but the standard library.
package faults
