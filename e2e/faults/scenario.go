package faults

import (
	"context"
	"math/rand/v2"
	"time"
)

// Scenario is a kind of run: who is in the rooms, and what is done to them.
type Scenario struct {
	Name    string
	Servers int    // 0 for two
	Rooms   int    // 0 for one
	Cast    []Cast // nil for the usual people
	Times   int    // how often the fault strikes; 0 for twice
	// Fault strikes once: it breaks something and mends it before it returns.
	Fault func(context.Context, *World, *rand.Rand) error
	// Prepare, if set, is done before anybody comes.
	Prepare func(context.Context, *World) error
}

// Cast is one client of every room.
type Cast struct {
	By   string  // whose link: seller, buyer, watch, or one of otherLinks
	Rate float64 // ops a second; 0 only reads
	Home int     // the only server it uses; 0 for any
	Slow bool    // its connection is narrow while the scenario says so
	Long bool    // it writes long texts
}

// otherLinks are links beside those of the sides, and whose side they are of.
var otherLinks = map[string]string{
	"doomed":  "seller", // it will be revoked
	"brief":   "buyer",  // it will end soon
	"lasting": "seller", // it will end when the run is long over
}

func (c Cast) side() string {
	if side, other := otherLinks[c.By]; other {
		return side
	}
	return c.By
}

func (s Scenario) servers() int { return or(s.Servers, 2) }
func (s Scenario) rooms() int   { return or(s.Rooms, 1) }
func (s Scenario) times() int   { return or(s.Times, 2) }

func or(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return n
}

// cast is two people of each side who edit, and a watcher: some 120 ops a
// second and five times that in deliveries.
func (s Scenario) cast() []Cast {
	if s.Cast != nil {
		return s.Cast
	}
	return []Cast{{By: "seller", Rate: 30}, {By: "buyer", Rate: 30}, {By: "seller", Rate: 30}, {By: "buyer", Rate: 30}, {By: "watch"}}
}

// Scenarios are all of them, by the part that breaks.
func Scenarios() []Scenario {
	var all []Scenario
	for _, list := range [][]Scenario{serverScenarios, clockScenarios, postgresScenarios, redisScenarios, clientScenarios} {
		all = append(all, list...)
	}
	return all
}

// begin writes down that a fault begins, and returns what writes down its end.
func (w *World) begin(name, note string) (healed func()) {
	w.rec.Write(Event{Kind: KindFault, Name: name, Note: note})
	return func() { w.rec.Write(Event{Kind: KindHealed, Name: name, Note: note}) }
}

// between draws a time.
func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)))
}

// sleep waits, or less when ctx ends.
func sleep(ctx context.Context, d time.Duration) { every(ctx, d) }
