package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	var seed uint64
	var sizing bool
	s := ordinary
	flag.Uint64Var(&seed, "seed", 1, "of the random numbers")
	flag.BoolVar(&sizing, "sizing", false, "write the arithmetic of docs/scaling.md instead")
	flag.IntVar(&s.servers, "servers", s.servers, "servers")
	flag.IntVar(&s.rooms, "rooms", s.rooms, "rooms")
	flag.IntVar(&s.people, "people", s.people, "people in each room")
	flag.IntVar(&s.shards, "shards", s.shards, "databases")
	flag.Float64Var(&s.loss, "loss", s.loss, "part of Redis' messages that is lost")
	flag.Parse()
	if sizing {
		writeSizing(os.Stdout)
		return
	}
	if broken := simulate(os.Stdout, seed, s); len(broken) > 0 {
		for _, b := range broken {
			fmt.Fprintln(os.Stderr, "simulate: broken:", b)
		}
		os.Exit(1)
	}
}

// ordinary is a world of 20,000 people: ten servers, two databases.
var ordinary = sizes{servers: 10, rooms: 4_000, people: 5, editsPerSecond: 0.02, serverCores: 4, shards: 2, dbCores: 4, loss: 0.001}

// simulate runs the story and returns the invariants that did not hold.
func simulate(out io.Writer, seed uint64, s sizes) []string {
	w := newWorld(seed, s)
	fmt.Fprintf(out, "seed %d: %d servers of %d cores, %d databases of %d, %d rooms of %d people, %g edits a second each\n",
		seed, s.servers, s.serverCores, s.shards, s.dbCores, s.rooms, s.people, s.editsPerSecond)
	w.tellStory(out)
	if len(w.broken) == 0 {
		fmt.Fprintln(out, "every edit is in its room once, and every member has every edit of its room")
	}
	return w.broken
}
