//go:build linux

package main

import (
	"context"
	"fmt"
)

// window is the most unanswered ops that the protocol allows a client.
const window = 32

// manyWindow is that of editors in many rooms: with all windows full more would
// wait than the server answers in half a second, and it would say busy (P40).
const manyWindow = 8

// contending is how many connections of the floor fight for one head.
const contending = 16

// load is one way of sending edits as fast as they are answered.
type load struct {
	what    string
	crowds  []*crowd
	editors int // of each room
	window  int
	rate    series
}

// floorLoad is one way of committing ops one by one.
type floorLoad struct {
	what  string
	conns int
	rooms int
	rate  series
}

// throughput asks how many ops a second become durable when editors wait for
// nothing but verdicts.
//
// Floor: the same work as one transaction per op, at the same PostgreSQL, once
// from as many connections as there are editors, once from a single one.
func throughput(ctx context.Context, b *bench) (err error) {
	hot, err := b.room(ctx, "Hot", max(b.size.editors, b.size.rooms))
	if err != nil {
		return err
	}
	many, err := b.roomsOf(ctx, "One of many", b.size.rooms, 5)
	if err != nil {
		return err
	}
	f, err := b.openCommitFloor(contending, b.size.rooms)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)

	loads := []*load{
		{what: fmt.Sprintf("one hot room, %d editors, windows full", b.size.editors), crowds: []*crowd{hot}, editors: b.size.editors, window: window},
		{what: fmt.Sprintf("%d rooms × 5 editors, %d ops in flight each", b.size.rooms, manyWindow), crowds: many, editors: 5, window: manyWindow},
		{what: fmt.Sprintf("one room, %d editors, one op in flight each", b.size.rooms), crowds: []*crowd{hot}, editors: b.size.rooms, window: 1},
		{what: fmt.Sprintf("%d rooms, one editor each, one op in flight", b.size.rooms), crowds: many, editors: 1, window: 1},
	}
	floors := []*floorLoad{
		{what: fmt.Sprintf("%d connections contending for one room", contending), conns: contending, rooms: 1},
		{what: "one connection, one room", conns: 1, rooms: 1},
		{what: fmt.Sprintf("%d connections over %d rooms", contending, b.size.rooms), conns: contending, rooms: b.size.rooms},
	}
	for range b.size.runs {
		for i, l := range loads {
			if i < len(floors) {
				if err := b.floorRate(f, floors[i]); err != nil {
					return err
				}
			}
			if err := b.runLoad(l); err != nil {
				return err
			}
		}
	}
	b.reportThroughput(loads, floors)
	return nil
}

// runLoad measures one stretch of l; its members are there for that long only,
// so that each load has the rooms it says.
func (b *bench) runLoad(l *load) error {
	if err := b.enter(l.crowds, l.editors); err != nil {
		return err
	}
	defer b.leave(l.crowds)
	t, err := b.saturate(l.crowds, l.editors, l.window, b.size.stretch)
	if err != nil {
		return fmt.Errorf("%s: %w", l.what, err)
	}
	l.rate = append(l.rate, t.acks/t.seconds)
	return nil
}

// floorRate measures one stretch of one-op transactions.
func (b *bench) floorRate(f *floor, l *floorLoad) error {
	report, err := f.ask(floorOrder{Do: "transactions", N: l.conns, Rooms: l.rooms, For: b.size.stretch})
	if err != nil {
		return fmt.Errorf("%s: %w", l.what, err)
	}
	l.rate = append(l.rate, float64(report.N)/report.Seconds)
	return nil
}

func (b *bench) reportThroughput(loads []*load, floors []*floorLoad) {
	const title, unit = "Durable ops", "ops/s"
	eight := target{atLeast: 8}
	b.add(row{title, loads[0].what, unit, loads[0].rate, "one op per transaction, " + floors[0].what, floors[0].rate, eight},
		row{title, loads[0].what, unit, loads[0].rate, "one op per transaction, " + floors[1].what, floors[1].rate, eight},
		row{title, loads[1].what, unit, loads[1].rate, "one op per transaction, " + floors[2].what, floors[2].rate, target{}},
		row{title, loads[2].what, unit, loads[2].rate, "one op per transaction, " + floors[0].what, floors[0].rate, target{}},
		row{title, loads[3].what, unit, loads[3].rate, "one op per transaction, " + floors[2].what, floors[2].rate, target{}})
}
