//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// mostPeople is how many of an audience are named people; the rest watch. A
// room of a thousand named editors does not exist, and is not allowed.
const mostPeople = 100

// pushers is how many editors keep their windows full in a saturated audience:
// enough that no transaction waits for ops.
const pushers = 4

// fanout asks what it costs to deliver an edit to many.
//
// Floor: a bare process that writes the same frame to as many sockets with one
// write(2) each, at the same rate, and as fast as it can.
func fanout(ctx context.Context, b *bench) error {
	for _, n := range b.size.audience {
		if err := b.fanoutTo(ctx, n); err != nil {
			return fmt.Errorf("fan-out to %d members: %w", n, err)
		}
	}
	return nil
}

// delivery is one way of delivering, measured run by run.
type delivery struct{ perSecond, cpu series }

// add notes a stretch with n deliveries that took cpu.
func (d *delivery) add(n, seconds float64, cpu time.Duration) {
	d.perSecond = append(d.perSecond, n/seconds)
	d.cpu = append(d.cpu, float64(cpu.Nanoseconds())/1e3/n)
}

func (b *bench) fanoutTo(ctx context.Context, n int) (err error) {
	c, err := b.room(ctx, fmt.Sprintf("Audience of %d", n), min(n, mostPeople))
	if err != nil {
		return err
	}
	crowds := []*crowd{c}
	if err := b.enter(crowds, n); err != nil {
		return err
	}
	defer b.leave(crowds)
	f, err := startFloor("fanout", b.pinned)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)
	ls, err := listen(b.loop, f, b.sample.frame, n)
	if err != nil {
		return err
	}
	defer ls.close(b.loop)

	var paced, full, floorPaced, floorFull delivery
	var database series
	for range b.size.runs {
		t, err := b.steady(crowds, b.size.rate, b.size.stretch)
		if err != nil {
			return err
		}
		paced.add(t.deliveries, t.seconds, t.used.server)
		database = append(database, float64(t.used.database.Nanoseconds())/1e3/t.deliveries)
		if err := b.floorDelivery(f, ls, &floorPaced, floorOrder{Do: "rate", PerSecond: b.size.rate, For: b.size.stretch}); err != nil {
			return err
		}
		if t, err = b.saturate(crowds, pushers, window, b.size.stretch); err != nil {
			return err
		}
		full.add(t.deliveries, t.seconds, t.used.server)
		if err := b.floorDelivery(f, ls, &floorFull, floorOrder{Do: "flood", For: b.size.stretch}); err != nil {
			return err
		}
	}
	title := fmt.Sprintf("Fan-out, one room, %d members", n)
	at := fmt.Sprintf("at %d edits/s", b.size.rate)
	b.add(row{title, "server CPU per delivery " + at, "µs", paced.cpu, "raw write(2) of the frame", floorPaced.cpu, target{atMost: 2}},
		row{title, "database CPU per delivery " + at, "µs", database, "", nil, target{}},
		row{title, "server CPU per delivery, saturated", "µs", full.cpu, "raw write(2) of the frame", floorFull.cpu, target{atMost: 2}},
		row{title, "deliveries, saturated", "/s", full.perSecond, "raw write(2) of the frame", floorFull.perSecond, target{}})
	return nil
}

// floorDelivery has the floor deliver as o says and notes what arrived.
func (b *bench) floorDelivery(f *floor, ls *listeners, d *delivery, o floorOrder) error {
	before, err := cpuOf(f.pid)
	if err != nil {
		return err
	}
	var from int64
	b.loop.do(func() { from = ls.bytes })
	report, err := f.ask(o)
	if err != nil {
		return err
	}
	after, err := cpuOf(f.pid)
	if err != nil {
		return err
	}
	want := int64(report.N) * int64(len(b.sample.frame))
	for start := time.Now(); time.Since(start) < settleTimeout; time.Sleep(time.Millisecond) {
		var got int64
		b.loop.do(func() { got = ls.bytes - from })
		if got == want {
			d.add(float64(report.N), report.Seconds, after-before)
			return nil
		}
	}
	return fmt.Errorf("the floor's frames did not all arrive within %s", settleTimeout)
}
