package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// redisScenarios break what carries hints between servers. Nothing may depend
// on it but the time a commit takes to another server (ADR 3, I13).
var redisScenarios = []Scenario{
	{Name: "redis-killed", Cast: placed, Fault: killRedis},
	{Name: "redis-replaced", Fault: replaceRedis},
	{Name: "redis-paused", Fault: pauseRedis},
	{Name: "redis-blackhole", Times: 1, Cast: placed, Fault: blackholeRedis},
	{Name: "redis-slow", Times: 1, Fault: slowRedis},
	{Name: "redis-flapping", Times: 1, Fault: flapRedis},
	{Name: "pubsub-killed", Times: 3, Fault: killSubscribers},
	{Name: "pubsub-cut", Times: 1, Cast: placed, Fault: cutSubscribers},
	{Name: "pubsub-mess", Times: 1, Fault: messWithMessages},
	{Name: "pubsub-deaf", Times: 1, Cast: placed, Fault: messWithMessages},
	{Name: "pubsub-last", Times: 1, Cast: placed, Fault: dropLastMessage},
}

// placed has writers on the first server and readers on the second, so that
// what the second does not hear it does not learn by writing either.
var placed = []Cast{
	{By: "seller", Rate: 30, Home: 1}, {By: "buyer", Rate: 30, Home: 1}, {By: "seller", Home: 2}, {By: "watch", Home: 2},
}

// killRedis ends Redis for long enough that servers see it and edits go on.
func killRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	healed := w.begin("redis-killed", "")
	w.Redis.Kill()
	sleep(ctx, between(rng, noticeWithin+1500*time.Millisecond, noticeWithin+2*time.Second))
	healed()
	return w.Redis.Start()
}

// replaceRedis puts an empty one in its place at once.
func replaceRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("redis-replaced", "")()
	w.Redis.Kill()
	err := w.Redis.Start()
	sleep(ctx, between(rng, 300*time.Millisecond, time.Second))
	return err
}

// pauseRedis stops it where it is: connections stay open, nothing answers.
func pauseRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("redis-paused", "")()
	w.Redis.Pause()
	sleep(ctx, between(rng, time.Second, 3*time.Second))
	w.Redis.Resume()
	return nil
}

// weather sets the weather of every way to Redis.
func (w *World) weather(weather Weather) {
	for _, p := range w.toRedis {
		p.Set(weather)
	}
}

// blackholeRedis lets nothing pass: what is sent vanishes, new connections hang.
func blackholeRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	healed := w.begin("redis-blackhole", "")
	w.weather(Weather{Blackhole: true})
	sleep(ctx, between(rng, noticeWithin+time.Second, noticeWithin+3*time.Second))
	healed()
	w.weather(Weather{})
	return nil
}

// slowRedis makes every piece late and the line narrow.
func slowRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("redis-slow", "")()
	w.weather(Weather{Delay: between(rng, 100*time.Millisecond, 500*time.Millisecond), Rate: 64 << 10})
	sleep(ctx, 4*time.Second)
	w.weather(Weather{})
	return nil
}

// flapRedis takes the way away and gives it back, twice a second.
func flapRedis(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("redis-flapping", "")()
	for range 5 {
		w.weather(Weather{Refuse: true})
		for _, p := range w.toRedis {
			p.Cut()
		}
		sleep(ctx, between(rng, 200*time.Millisecond, 600*time.Millisecond))
		w.weather(Weather{})
		sleep(ctx, between(rng, 200*time.Millisecond, 600*time.Millisecond))
	}
	return nil
}

// killSubscribers closes the subscriptions from Redis' side, in the middle of
// edits; what is published before they are there again is lost.
func killSubscribers(ctx context.Context, w *World, _ *rand.Rand) error {
	defer w.begin("pubsub-killed", "")()
	return w.Redis.CutSubscribers()
}

// cutSubscribers cuts the second server off while the first publishes the last
// edits for a while, and lets it subscribe again when all is quiet: only a look
// at the log shows it what it missed (P31).
func cutSubscribers(ctx context.Context, w *World, rng *rand.Rand) error {
	healed := w.begin("pubsub-cut", "2")
	w.toRedis[1].Set(Weather{Refuse: true})
	w.toRedis[1].Cut()
	sleep(ctx, between(rng, 200*time.Millisecond, 400*time.Millisecond))
	w.offering.Store(false)
	sleep(ctx, 300*time.Millisecond) // the last acks
	healed()
	w.toRedis[1].Set(Weather{})
	sleep(ctx, 3*time.Second)
	return nil
}

// messWithMessages drops, doubles and swaps messages.
func messWithMessages(ctx context.Context, w *World, rng *rand.Rand) error {
	defer w.begin("pubsub-mess", "")()
	for _, bus := range w.bus {
		bus.Set(Mess{Drop: 20, Double: 20, Swap: 20})
	}
	sleep(ctx, between(rng, 3*time.Second, 4*time.Second))
	done := 0
	for _, bus := range w.bus {
		done += bus.count()
		bus.Set(Mess{})
	}
	if done == 0 {
		return fmt.Errorf("no message came to mess with")
	}
	return nil
}

// dropLastMessage drops exactly the last message that carries a commit to the
// second server, and then nothing follows that would show the hole (P30).
func dropLastMessage(ctx context.Context, w *World, _ *rand.Rand) error {
	defer w.begin("pubsub-last", "2")()
	w.offering.Store(false)
	sleep(ctx, time.Second) // what was under way arrives
	w.bus[1].Set(Mess{DropCommits: 1})
	c := w.clients[0]
	select {
	case c.orders <- func() { c.act(kinds[0]) }:
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.await(ctx, 5*time.Second, "the last message is dropped", func() bool { return w.bus[1].count() > 0 })
}
