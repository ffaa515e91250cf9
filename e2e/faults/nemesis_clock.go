package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// clockScenarios set the wall clocks of servers, on systems for which the harness
// has one that can be set.
var clockScenarios = func() []Scenario {
	if !clocksCanJump {
		return nil
	}
	return []Scenario{{Name: "server-clock", Times: 1, Fault: jumpServerClock, Cast: []Cast{
		{By: "seller", Rate: 30}, {By: "buyer", Rate: 30}, {By: "watch"},
		{By: "brief", Rate: 15, Home: 1}, {By: "brief", Rate: 15, Home: 2}, {By: "lasting", Rate: 15, Home: 1}, {By: "lasting", Rate: 15, Home: 2}}}}
}()

// jumps are how far a clock is set off, either way.
var jumps = []time.Duration{time.Hour, 24 * time.Hour}

// When links end: while the clocks are off, and when the run is long over, but
// not by a clock that is an hour ahead.
const briefly, lastingly = 1500 * time.Millisecond, 30 * time.Minute

// jumpServerClock sets the clock of one server an hour or a day ahead and that of
// another one behind, while edits go on, and then the other way round, and leaves
// them so: servers get on with clocks that differ. In between one of the two is
// asked to have one link end soon and another one later (P38).
func jumpServerClock(ctx context.Context, w *World, rng *rand.Rand) error {
	order := rng.Perm(len(w.Servers))
	ahead, behind := w.Servers[order[0]], w.Servers[order[1]]
	for _, then := range []func() error{
		func() error {
			asked := w.pick(rng)
			if err := errors.Join(w.endLinks(ctx, asked, "lasting", lastingly), w.endLinks(ctx, asked, "brief", briefly)); err != nil {
				return err
			}
			sleep(ctx, briefly)
			return nil
		},
		func() error { return nil },
	} {
		by, back := jumps[rng.IntN(len(jumps))], -jumps[rng.IntN(len(jumps))]
		healed := w.begin("server-clock", fmt.Sprintf("%d by %s, %d by %s", ahead.id, by, behind.id, back))
		if err := errors.Join(ahead.time.set(by), behind.time.set(back), then()); err != nil {
			return err
		}
		sleep(ctx, between(rng, 300*time.Millisecond, 500*time.Millisecond))
		healed()
		ahead, behind = behind, ahead
	}
	return nil
}

// endLinks has a link of every room end at a time, asking one server. The time is
// PostgreSQL's, which has our clock.
func (w *World) endLinks(ctx context.Context, s *Server, by string, after time.Duration) error {
	for _, r := range w.rooms {
		end := time.Now().Add(after)
		if err := call(ctx, "PATCH", "http://"+s.addr+"/api/v1/links/"+r.links[by].id, adminKey, map[string]any{"expires_at": end.UTC().Format(time.RFC3339Nano)}, nil); err != nil {
			return err
		}
		w.rec.Write(Event{Kind: KindEnds, Room: r.ID, Name: by, Wall: end.UnixMicro(), Rev: int64(time.Until(end))})
	}
	return nil
}
