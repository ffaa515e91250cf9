// Package embedded runs a private PostgreSQL for one server, in the server's data
// directory: a Unix socket that only its owner can reach, no TCP port, an
// unprivileged user when the server is root. It stops with the server, also when
// the server is killed, and recovers by itself at the next start.
//
// # Goroutines
//
//	Server.watch  one per start; owns the thread that PostgreSQL is a child of,
//	              and waits for it to end
package embedded
