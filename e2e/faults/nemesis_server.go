package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// serverScenarios break the servers themselves.
var serverScenarios = []Scenario{
	{Name: "kill", Times: 4, Fault: killServer},
	{Name: "kill-all", Times: 2, Fault: killAll},
	{Name: "pause-server", Fault: pauseServer},
	{Name: "drain", Times: 2, Fault: drainServer},
}

func (w *World) pick(rng *rand.Rand) *Server { return w.Servers[rng.IntN(len(w.Servers))] }

// killServer ends one server with SIGKILL and starts it again (I5).
func killServer(ctx context.Context, w *World, rng *rand.Rand) error {
	s := w.pick(rng)
	defer w.begin("kill", fmt.Sprint(s.id))()
	s.Kill()
	sleep(ctx, between(rng, 100*time.Millisecond, 600*time.Millisecond))
	return s.Start(ctx)
}

// killAll ends all of them at once: nothing but PostgreSQL remembers.
func killAll(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("kill-all", "")()
	for _, s := range w.Servers {
		s.Kill()
	}
	sleep(ctx, between(rng, 100*time.Millisecond, 400*time.Millisecond))
	for _, s := range w.Servers {
		if err := s.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pauseServer stops one as a long garbage collection or a suspended machine
// would: its sockets and its transaction stay open, and it does not know.
func pauseServer(ctx context.Context, w *World, rng *rand.Rand) error {
	s := w.pick(rng)
	defer w.begin("pause-server", fmt.Sprint(s.id))()
	s.Pause()
	sleep(ctx, between(rng, time.Second, 3*time.Second))
	s.Resume()
	return nil
}

// drainServer asks one to stop, as a deploy does, and starts it again (I14).
func drainServer(ctx context.Context, w *World, rng *rand.Rand) error {
	s := w.pick(rng)
	defer w.begin("drain", fmt.Sprint(s.id))()
	began := time.Now()
	code, err := s.Terminate()
	if err != nil {
		return err
	}
	w.rec.Write(Event{Kind: KindExit, Sv: s.id, N: code, Rev: time.Since(began).Milliseconds()})
	return s.Start(ctx)
}
