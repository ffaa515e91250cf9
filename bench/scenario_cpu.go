//go:build linux

package main

import (
	"context"
	"fmt"
)

// cpu asks what an edit costs in ordinary work: many rooms, five people each,
// edits at a fixed rate far below saturation.
//
// Floor: as many one-op transactions, at the same rate and PostgreSQL, from one
// connection: what the database needs without us, and what a bare client of it
// needs.
func cpu(ctx context.Context, b *bench) (err error) {
	const people = 5
	crowds, err := b.roomsOf(ctx, "Ordinary", b.size.rooms, people)
	if err != nil {
		return err
	}
	if err := b.enter(crowds, people); err != nil {
		return err
	}
	defer b.leave(crowds)
	f, err := b.openCommitFloor(1, b.size.rooms)
	if err != nil {
		return err
	}
	defer closing(&err, f.stop)

	var server, database, floorClient, floorDatabase series
	for range b.size.runs {
		t, err := b.steady(crowds, b.size.paced, b.size.stretch)
		if err != nil {
			return err
		}
		server = append(server, t.used.server.Seconds()/t.acks*1000)
		database = append(database, t.used.database.Seconds()/t.acks*1000)
		client, db, err := b.floorCost(f)
		if err != nil {
			return err
		}
		floorClient, floorDatabase = append(floorClient, client), append(floorDatabase, db)
	}
	title := fmt.Sprintf("CPU, %d rooms × %d members, %d edits/s", b.size.rooms, people, b.size.paced)
	b.add(row{title, "server, per 1,000 edits", "s", server, "a bare client committing as many ops", floorClient, target{}},
		row{title, "database, per 1,000 edits", "s", database, "as many ops, one per transaction", floorDatabase, target{}})
	return nil
}

// floorCost returns the seconds of CPU that the floor and the database use per
// 1,000 paced one-op transactions.
func (b *bench) floorCost(f *floor) (client, database float64, err error) {
	clientBefore, err := cpuOf(f.pid)
	if err != nil {
		return 0, 0, err
	}
	before, err := b.usage()
	if err != nil {
		return 0, 0, err
	}
	report, err := f.ask(floorOrder{Do: "rate", N: 1, Rooms: b.size.rooms, PerSecond: b.size.paced, For: b.size.stretch})
	if err != nil {
		return 0, 0, err
	}
	after, err := b.usage()
	if err != nil {
		return 0, 0, err
	}
	clientAfter, err := cpuOf(f.pid)
	n := float64(report.N) / 1000
	return (clientAfter - clientBefore).Seconds() / n, (after.database - before.database).Seconds() / n, err
}
