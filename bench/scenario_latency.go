//go:build linux

package main

import "context"

// latency asks how long an edit takes to reach the others, durable, when the
// server has nothing else to do.
//
// Five people are in a room; one edits, the next edit leaves when the one before
// has reached everybody. Floor: inserting one row and committing, from where the
// server stands, over the same PostgreSQL's Unix socket.
func latency(ctx context.Context, b *bench) (err error) {
	const title = "Edit → others, one in flight, idle server"
	c, err := b.room(ctx, "Latency", 5)
	if err != nil {
		return err
	}
	crowds := []*crowd{c}
	if err := b.enter(crowds, 5); err != nil {
		return err
	}
	defer b.leave(crowds)
	f, err := b.openCommitFloor(1, 1)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)

	var p50, p99, ack, floor50, floor99 series
	for range b.size.runs {
		var others, acks, commits []float64
		for range b.size.blocks {
			report, err := f.ask(floorOrder{Do: "commits", N: b.size.edits / b.size.blocks})
			if err != nil {
				return err
			}
			commits = append(commits, micros(report.Took)...)
			seen, acked, err := oneInFlight(ctx, b.loop, c, b.size.edits/b.size.blocks)
			if err != nil {
				return err
			}
			others, acks = append(others, micros(seen)...), append(acks, micros(acked)...)
		}
		p50, p99 = append(p50, quantile(others, 0.5)), append(p99, quantile(others, 0.99))
		ack = append(ack, quantile(acks, 0.5))
		floor50, floor99 = append(floor50, quantile(commits, 0.5)), append(floor99, quantile(commits, 0.99))
	}
	b.add(row{title, "edit → others p50", "µs", p50, "single-row commit p50", floor50, target{atMost: 2.5}},
		row{title, "edit → others p99", "µs", p99, "single-row commit p99", floor99, target{}},
		row{title, "edit → ack at the author p50", "µs", ack, "single-row commit p50", floor50, target{}})
	return settle(b.loop, crowds)
}
