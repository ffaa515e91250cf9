package faults

import (
	"context"
	"math/rand/v2"
	"time"
)

// clientScenarios break the way to the clients, and take rights away.
var clientScenarios = []Scenario{
	{Name: "slow-readers", Times: 1, Fault: slowReaders, Cast: []Cast{
		{By: "seller", Rate: 80, Long: true}, {By: "buyer", Rate: 80, Long: true}, {By: "watch"}, {By: "watch", Slow: true}, {By: "buyer", Slow: true}}},
	{Name: "herd", Times: 4, Fault: herd},
	{Name: "half-open", Fault: halfOpen},
	{Name: "revoke", Times: 1, Fault: revoke, Cast: []Cast{
		{By: "seller", Rate: 30}, {By: "buyer", Rate: 30}, {By: "doomed", Rate: 60, Home: 1}, {By: "doomed", Rate: 60, Home: 2}, {By: "watch"}}},
	{Name: "nothing", Times: 1, Fault: nothing},
}

// slowReaders lets some clients read 2 KB a second for a while: they lag, are
// told to join again, and cost the others nothing (P34).
func slowReaders(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("slow-readers", "")()
	for _, p := range w.slowFronts {
		p.Set(Weather{Rate: 2 << 10})
	}
	sleep(ctx, between(rng, 7*time.Second, 8*time.Second))
	for _, p := range w.slowFronts {
		p.Set(Weather{})
	}
	return nil
}

// herd cuts everybody off at once: all come back together.
func herd(ctx context.Context, w *World, _ *rand.Rand) error {
	defer w.begin("herd", "")()
	for _, p := range append(append([]*Proxy{}, w.fronts...), w.slowFronts...) {
		p.Cut()
	}
	return nil
}

// halfOpen lets nothing pass between clients and one server, as a lost network
// does: both sides think that the other is there.
func halfOpen(ctx context.Context, w *World, rng *rand.Rand) error {
	p := w.fronts[rng.IntN(len(w.fronts))]
	defer w.begin("half-open", "")()
	p.Set(Weather{Blackhole: true})
	sleep(ctx, between(rng, pongWithin+time.Second, pongWithin+2*time.Second))
	p.Set(Weather{})
	return nil
}

// revoke ends a link while those who came by it edit as fast as they can on
// every server (P36).
func revoke(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("revoke", "")()
	base := "http://" + w.Servers[rng.IntN(len(w.Servers))].addr
	for _, r := range w.rooms {
		if err := call(ctx, "DELETE", base+"/api/v1/links/"+r.links["doomed"].id, adminKey, nil, nil); err != nil {
			return err
		}
	}
	sleep(ctx, goneWithin+time.Second)
	return nil
}

// nothing is the run against which others are compared: a check that fails here
// is wrong.
func nothing(ctx context.Context, w *World, _ *rand.Rand) error {
	defer w.begin("nothing", "")()
	sleep(ctx, 2*time.Second)
	return nil
}
