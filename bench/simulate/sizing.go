package main

import (
	"fmt"
	"io"
	"math"
	"time"
)

// What people do, for the arithmetic: assumptions to replace by one's own.
const (
	perRoom       = 2.5  // people online in a room that has any
	editsEach     = 0.02 // edits a second of a person online: one in 50 s, busier than people are
	busy          = 0.5  // part of a core to plan with
	perServer     = 50_000
	serverCores   = 4
	databaseCores = 8
	stormSeconds  = 30 // within which everybody is to be back
)

// writeSizing writes, as a Markdown table, what so many people online need.
func writeSizing(out io.Writer) {
	people := []float64{1_000, 100_000, 10_000_000}
	fmt.Fprintf(out, "| people online | %s | %s | %s |\n|---|---|---|---|\n", number(people[0]), number(people[1]), number(people[2]))
	for _, row := range []struct {
		what string
		of   func(n float64) string
	}{
		{"rooms with somebody in them", func(n float64) string { return number(n / perRoom) }},
		{"edits a second", func(n float64) string { return number(edits(n)) }},
		{"deliveries a second", func(n float64) string { return number(edits(n) * perRoom) }},
		{"cores of servers in use for edits", func(n float64) string { return cores(edits(n) * editCPU.Seconds()) }},
		{"cores of PostgreSQL in use", func(n float64) string { return cores(edits(n) * databaseCPU.Seconds()) }},
		{"memory of connections, kernel included", func(n float64) string { return cores(n*(connectionRSS+kernelSocket)/(1<<20)) + " GB" }},
		{"cores of servers for everybody back within 30 s", func(n float64) string { return cores(n / stormSeconds * joinCPU.Seconds()) }},
		{"servers of 4 cores, 50,000 connections each at most, one spare", func(n float64) string { return number(servers(n)) }},
		{"databases of 8 cores, half used", func(n float64) string { return number(databases(n)) }},
		{"messages a second through Redis", func(n float64) string { return number(edits(n)) }},
		{"comparisons of rooms with PostgreSQL, reads a second", func(n float64) string { return number(comparisons(n)) }},
	} {
		fmt.Fprintf(out, "| %s |", row.what)
		for _, n := range people {
			fmt.Fprintf(out, " %s |", row.of(n))
		}
		fmt.Fprintln(out)
	}
}

func edits(people float64) float64 { return people * editsEach }

// servers is the most of what memory, edits and a storm ask for, and one that may
// be missing.
func servers(people float64) float64 {
	byConnections := people / perServer
	byEdits := edits(people) * editCPU.Seconds() / serverCores / busy
	byStorm := people / stormSeconds * joinCPU.Seconds() / serverCores
	return math.Ceil(max(byConnections, byEdits, byStorm)) + 1
}

func databases(people float64) float64 {
	return max(1, math.Ceil(edits(people)*databaseCPU.Seconds()/databaseCores/busy))
}

// comparisons is how often servers read the heads of their rooms: a room is
// loaded where its people are, on one server each in the worst case.
func comparisons(people float64) float64 {
	return people / positionChunk / (float64(positionEvery) / float64(time.Second))
}

// cores writes an amount with two digits, or whole from ten on.
func cores(n float64) string {
	if n >= 10 {
		return number(n)
	}
	return fmt.Sprintf("%.2g", n)
}

// number writes a count with thousands apart, rounded up.
func number(n float64) string {
	s := fmt.Sprint(int64(math.Ceil(n - 1e-9)))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
