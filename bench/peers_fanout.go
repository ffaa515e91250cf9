//go:build linux

package main

import (
	"context"
	"fmt"
)

// peersFanout asks what it costs to deliver one room's edits to many: at a fixed
// rate, with windows full, and with one edit in flight. The largest audience is
// asked of fewer systems, as all their tabs are open at once.
func peersFanout(ctx context.Context, b *bench) error {
	for i, n := range b.size.halls {
		systems := b.lab.relays()
		if i == 2 {
			systems = []system{b.lab.parley, b.lab.socketio, b.lab.joined}
		}
		if err := b.fanoutAmong(ctx, systems, n, i == 1 || len(b.size.halls) == 1); err != nil {
			return fmt.Errorf("fan-out to %d members: %w", n, err)
		}
	}
	return nil
}

func (b *bench) fanoutAmong(ctx context.Context, systems []system, n int, alone bool) (err error) {
	f, err := b.openCommitFloor(1, 1)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)
	var commit series
	t := b.table(fmt.Sprintf("One room, %d members", n))
	paced := fmt.Sprintf("%d edits/s, ", b.size.rate)
	err = b.with(ctx, systems, 1, venues("Audience", 1, n), func(halls map[system][]*hall) error {
		for _, s := range systems {
			if err := b.fillHalls(s, halls[s], n, 0); err != nil {
				return err
			}
		}
		if err := b.inTurns(systems, func(s system) error {
			got, err := b.paceHalls(s, halls[s], pushers, b.size.rate, true)
			if err != nil {
				return err
			}
			t.latency(s, paced+"last member has it", got.delays)
			t.add(s, paced+"CPU per delivery", "µs", got.used.server.Seconds()*1e6/got.deliveries)
			if got, err = b.pushHalls(s, halls[s], pushers, window); err != nil {
				return err
			}
			t.add(s, "windows full, deliveries", "/s", got.deliveries/got.seconds)
			t.add(s, "windows full, deliveries per CPU second", "/s", got.deliveries/got.used.server.Seconds())
			t.add(s, "windows full, then until all have caught up", "ms", float64(got.caught.Milliseconds()))
			if !alone {
				return nil
			}
			last, err := b.oneByOne(ctx, halls[s][0], b.size.alone)
			if err != nil {
				return err
			}
			t.latency(s, "one edit in flight, last member has it", last)
			t.add(s, "one edit in flight, deliveries", "/s", float64(n-1)*1e6/quantile(micros(last), 0.5))
			if s == b.lab.parley {
				report, err := f.ask(floorOrder{Do: "commits", N: b.size.alone})
				if err != nil {
					return err
				}
				commit = append(commit, quantile(micros(report.Took), 0.5)/1e3)
			}
			return b.settleHalls(s, halls[s])
		}); err != nil || halls[b.lab.sharedb] == nil {
			return err
		}
		return verifyShareDB(ctx, b.lab.sharedb, halls[b.lab.sharedb])
	})
	if err != nil {
		return err
	}
	if n <= 1000 {
		b.claimFanout(t, n, paced, alone)
	}
	if alone {
		const last = "one edit in flight, last member has it, p50"
		floor := t.of(last, "frame").plus(commit)
		b.claimValue(fmt.Sprintf("%d members: %s", n, last), t.of(last, "Parley").over(floor), "× frame and a commit", target{atMost: 1.5})
	}
	return nil
}

func (b *bench) claimFanout(t *table, n int, paced string, alone bool) {
	const full, perCPU = "windows full, deliveries per CPU second", "CPU per delivery"
	who := fmt.Sprintf("%d members: ", n)
	b.claim(t, who+full, full, "joined", target{atLeast: 0.4})
	b.claim(t, who+full, full, "Socket.IO", target{atLeast: 10})
	if alone {
		b.claim(t, who+paced+perCPU, paced+perCPU, "frame", target{atMost: 1.25})
		b.claim(t, who+"one edit in flight, deliveries/s", "one edit in flight, deliveries", "frame", target{atLeast: 0.7})
	}
}
